-- What acceptance keeps beside the message: how much a mailbox sent on a day (UTC), and to whom before.

-- RFC 8689. NULL: the recipients' policies decide; true: REQUIRETLS; false: `TLS-Required: No`.
ALTER TABLE public.message ADD require_tls boolean;

-- Per mailbox and day. NULL: the default of the settings.
CREATE TABLE public.sending_limit (
  reseller_id uuid PRIMARY KEY,
  messages integer CHECK (messages > 0),
  recipients integer CHECK (recipients > 0),
  new_recipients integer CHECK (new_recipients > 0)
);

CREATE TABLE public.mailbox_usage (
  mailbox_id uuid NOT NULL,                  -- mailbox_login.public_id: a new name changes nothing
  day date NOT NULL,
  reseller_id uuid NOT NULL,
  messages integer NOT NULL, recipients integer NOT NULL,
  new_recipients integer NOT NULL,           -- never written to before by this mailbox
  PRIMARY KEY (mailbox_id, day)
) WITH (fillfactor = 50);

-- Whom a mailbox wrote to, as a hash. `since`: the first day on which the address is no stranger;
-- in the future while the message to it is held, so that sending it twice opens no door.
CREATE TABLE public.correspondent (
  mailbox_id uuid NOT NULL,
  address_hash bigint NOT NULL,
  reseller_id uuid NOT NULL,
  since date NOT NULL,
  PRIMARY KEY (mailbox_id, address_hash)
);

-- Once a day: old counts, and everything of mailboxes that are gone. How many rows went.
CREATE FUNCTION sec.forget_usage(oldest date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $body$
DECLARE gone integer; more integer;
BEGIN
  DELETE FROM public.mailbox_usage u WHERE u.day < oldest
    OR NOT EXISTS (SELECT FROM public.mailbox_login m WHERE m.public_id = u.mailbox_id);
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM public.correspondent c
    WHERE NOT EXISTS (SELECT FROM public.mailbox_login m WHERE m.public_id = c.mailbox_id);
  GET DIAGNOSTICS more = ROW_COUNT;
  RETURN gone + more;
END $body$;
