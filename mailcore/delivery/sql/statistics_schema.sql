-- Mail facts summed by hour (UTC), kept for ever; one row for what happened to the mail of a domain
-- at one provider in one stream. `kind` is the kind of the refusal, empty for what is none.
CREATE TABLE public.delivery_hour (
  reseller_id uuid NOT NULL,
  hour timestamptz NOT NULL,
  from_domain text NOT NULL,
  provider text NOT NULL,                    -- '' where none is known yet: received
  stream text NOT NULL,
  event text NOT NULL,                       -- as in delivery_event.kind
  kind text NOT NULL,
  quantity bigint NOT NULL,
  waited double precision NOT NULL,          -- seconds since acceptance, of all together
  PRIMARY KEY (reseller_id, hour, from_domain, provider, stream, event, kind)
) WITH (fillfactor = 80);
CREATE INDEX delivery_hour_hour ON public.delivery_hour USING brin (hour);

-- Alarms that were raised: once an hour for the same.
CREATE TABLE public.delivery_alarm (
  reseller_id uuid NOT NULL,
  hour timestamptz NOT NULL,
  signal text NOT NULL,                      -- hard_bounces complaints deferrals
  stream text NOT NULL,
  provider text NOT NULL,                    -- of deferrals; '' for the others
  quantity bigint NOT NULL, of bigint NOT NULL,
  PRIMARY KEY (reseller_id, hour, signal, stream, provider)
);
