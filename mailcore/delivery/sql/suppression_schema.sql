-- Addresses that get no mail (delivery-plane §2.6, §3.9; foundations 27), and streams that stand still (§2.7).

-- The one form in which addresses are compared. Domains come as A-labels; local parts are compared
-- without case, as every large provider does.
CREATE FUNCTION sec.mail_key(address text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN lower(normalize(address));

CREATE TABLE public.suppression (
  id uuid PRIMARY KEY,
  address text NOT NULL CHECK (address = sec.mail_key(address)),
  scope text NOT NULL CHECK (scope IN ('global', 'reseller', 'stream')),
  reseller_id uuid CHECK ((scope = 'global') = (reseller_id IS NULL)),
  stream text NOT NULL DEFAULT '' CHECK ((scope = 'stream') = (stream <> '')),
  reason text NOT NULL CHECK (reason IN ('hard_bounce', 'quota', 'complaint', 'unsubscribed', 'manual', 'law')),
  note text NOT NULL DEFAULT '',             -- what the server said, or what a person wrote
  event_id uuid,                             -- the delivery event that caused it
  created_at timestamptz NOT NULL,
  until timestamptz,                         -- NULL: for good
  UNIQUE NULLS NOT DISTINCT (address, scope, reseller_id, stream)
);
CREATE INDEX suppression_reseller ON public.suppression (reseller_id, id);
CREATE INDEX suppression_until ON public.suppression (until) WHERE until IS NOT NULL;

-- Full mailboxes: the third in two weeks suppresses.
CREATE TABLE public.suppression_strike (
  event_id uuid PRIMARY KEY,
  reseller_id uuid NOT NULL,
  address text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX suppression_strike_address ON public.suppression_strike (reseller_id, address, at);

-- One row per stream that was ever paused. What happened before `counted_from` pauses it no more.
CREATE TABLE public.stream_pause (
  reseller_id uuid NOT NULL,
  stream text NOT NULL CHECK (stream IN ('mailbox', 'transactional', 'bulk', 'system')),
  state text NOT NULL CHECK (state IN ('paused', 'resumed')),
  reason text NOT NULL,
  since timestamptz NOT NULL,
  by text NOT NULL,                          -- kind and id of the actor
  until timestamptz,                         -- NULL: until somebody resumes it
  counted_from timestamptz NOT NULL DEFAULT 'epoch',
  PRIMARY KEY (reseller_id, stream)
);

-- Which of these recipients get no mail: their place (from 1) and the widest scope that holds.
-- A person's mail (mailbox) and the platform's notices heed less: nothing that a mailing's bounces
-- taught keeps a letter back.
CREATE FUNCTION sec.suppressed_each(resellers uuid[], streams text[], addresses text[])
RETURNS TABLE (place bigint, scope text, reason text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 AS $body$
BEGIN
  RETURN QUERY SELECT DISTINCT ON (wanted.place) wanted.place, s.scope, s.reason
  FROM unnest(suppressed_each.resellers, suppressed_each.streams, suppressed_each.addresses)
    WITH ORDINALITY AS wanted (reseller_id, stream, address, place)
  JOIN public.suppression s ON s.address = sec.mail_key(wanted.address)
  WHERE (s.until IS NULL OR s.until > now())
    AND (s.scope = 'global'
         OR s.scope = 'reseller' AND s.reseller_id = wanted.reseller_id
            AND wanted.stream IN ('transactional', 'bulk')
         OR s.scope = 'stream' AND s.reseller_id = wanted.reseller_id AND s.stream = wanted.stream)
  ORDER BY wanted.place, s.scope = 'stream', s.scope = 'reseller';
END $body$;

-- The same for one stream; `address` comes back as it was given.
CREATE FUNCTION sec.suppressed_among(reseller uuid, stream text, addresses text[])
RETURNS TABLE (address text, scope text, reason text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 AS $body$
BEGIN
  RETURN QUERY SELECT suppressed_among.addresses[found.place], found.scope, found.reason
  FROM sec.suppressed_each(
    array_fill(suppressed_among.reseller, ARRAY[cardinality(suppressed_among.addresses)]),
    array_fill(suppressed_among.stream, ARRAY[cardinality(suppressed_among.addresses)]),
    suppressed_among.addresses) AS found;
END $body$;

-- Why a stream stands still; NULL when it runs.
CREATE FUNCTION sec.paused_stream(reseller uuid, stream text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $body$
BEGIN
  RETURN (SELECT p.reason FROM public.stream_pause p
  WHERE p.reseller_id = paused_stream.reseller AND p.stream = paused_stream.stream
    AND p.state = 'paused' AND (p.until IS NULL OR p.until > now()));
END $body$;
