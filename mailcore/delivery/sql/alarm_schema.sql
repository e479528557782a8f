-- Alarms: one row from the first time that a line was passed until it was kept again. Replaces the
-- rows by hour, which only remembered what had been said.
DROP TABLE public.delivery_alarm;
CREATE TABLE public.delivery_alarm (
  reseller_id uuid NOT NULL,
  signal text NOT NULL,                      -- hard_bounces complaints deferrals
  stream text NOT NULL,
  provider text NOT NULL,                    -- of deferrals; '' for the others
  quantity bigint NOT NULL, of bigint NOT NULL,
  opened_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,              -- the last time that the line was passed
  recovered_at timestamptz,
  PRIMARY KEY (reseller_id, signal, stream, provider, opened_at)
);
CREATE UNIQUE INDEX delivery_alarm_open ON public.delivery_alarm (reseller_id, signal, stream, provider)
  WHERE recovered_at IS NULL;
CREATE INDEX delivery_alarm_recovered ON public.delivery_alarm (recovered_at);

-- Who mail facts are about, for those who tell resellers of them: address and Message-ID. Both lists
-- are of the same few days, which the bounds tell the planner: it leaves the other partitions alone.
CREATE FUNCTION sec.mail_of(recipients uuid[], messages uuid[])
RETURNS TABLE (id uuid, address text, message_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $body$
DECLARE r_low uuid; r_high uuid; m_low uuid; m_high uuid;
BEGIN
  SELECT u INTO r_low FROM unnest(mail_of.recipients) u ORDER BY u LIMIT 1;
  SELECT u INTO r_high FROM unnest(mail_of.recipients) u ORDER BY u DESC LIMIT 1;
  SELECT u INTO m_low FROM unnest(mail_of.messages) u ORDER BY u LIMIT 1;
  SELECT u INTO m_high FROM unnest(mail_of.messages) u ORDER BY u DESC LIMIT 1;
  RETURN QUERY SELECT r.id, r.address, m.message_id
  FROM public.recipient r JOIN public.message m ON m.id = r.message_id
  WHERE r.id = ANY(mail_of.recipients) AND r.id BETWEEN r_low AND r_high
    AND m.id = ANY(mail_of.messages) AND m.id BETWEEN m_low AND m_high;
END $body$;
