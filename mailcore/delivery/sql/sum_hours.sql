-- Mail facts after a cursor, added to their hours (UTC); what is returned says how far was read.
-- Only below the oldest running transaction (see count_received).
WITH fresh AS MATERIALIZED (
  SELECT xid, seq, kind, reseller_id, from_domain, stream, occurred_at, data
  FROM public.delivery_event
  WHERE (xid, seq) > (%(xid)s::xid8, %(seq)s::bigint)
    AND xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY xid, seq LIMIT %(batch)s
), seen AS (
  SELECT count(*) AS events FROM fresh
), newest AS (
  SELECT xid, seq FROM fresh ORDER BY xid DESC, seq DESC LIMIT 1
), summed AS (
  SELECT reseller_id, date_trunc('hour', occurred_at, 'UTC') AS hour, from_domain,
         coalesce(data->>'provider', '') AS provider, stream, kind AS event,
         coalesce(data->>'kind', '') AS kind, count(*) AS quantity,
         sum(coalesce((data->>'waited')::double precision, 0)) AS waited
  FROM fresh GROUP BY 1, 2, 3, 4, 5, 6, 7
), added AS (
  INSERT INTO public.delivery_hour AS h (
    reseller_id, hour, from_domain, provider, stream, event, kind, quantity, waited)
  SELECT * FROM summed ORDER BY 1, 2, 3, 4, 5, 6, 7
  ON CONFLICT (reseller_id, hour, from_domain, provider, stream, event, kind) DO UPDATE
  SET quantity = h.quantity + EXCLUDED.quantity, waited = h.waited + EXCLUDED.waited
)
SELECT seen.events, newest.xid::text, newest.seq FROM newest CROSS JOIN seen
