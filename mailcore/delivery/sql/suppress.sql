-- Write suppressions; of two for one address and reach the longer one stays. Rows: what is new or longer now.
INSERT INTO public.suppression AS known (
  id, address, scope, reseller_id, stream, reason, note, event_id, created_at, until)
SELECT DISTINCT ON (sec.mail_key(g.address), g.scope, g.reseller_id, g.stream)
       g.id, sec.mail_key(g.address), g.scope, g.reseller_id, g.stream, g.reason, g.note, g.event_id,
       %(now)s, g.until
FROM unnest(%(id)s::uuid[], %(address)s::text[], %(scope)s::text[], %(reseller_id)s::uuid[],
            %(stream)s::text[], %(reason)s::text[], %(note)s::text[], %(event_id)s::uuid[],
            %(until)s::timestamptz[])
  AS g (id, address, scope, reseller_id, stream, reason, note, event_id, until)
ORDER BY sec.mail_key(g.address), g.scope, g.reseller_id, g.stream, g.until DESC NULLS FIRST
ON CONFLICT (address, scope, reseller_id, stream) DO UPDATE
SET reason = excluded.reason, note = excluded.note, event_id = excluded.event_id,
    created_at = excluded.created_at, until = excluded.until
WHERE known.until IS NOT NULL AND (excluded.until IS NULL OR excluded.until > known.until)
RETURNING id, address
