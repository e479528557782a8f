-- Accepted recipients after a cursor, summed by hour (UTC); the first three columns say how far
-- was read. Only below the oldest running transaction: a plain id cursor loses rows that commit late.
WITH fresh AS MATERIALIZED (
  SELECT xid, seq, kind, reseller_id, organisation_id, from_domain, stream, occurred_at
  FROM public.delivery_event
  WHERE (xid, seq) > (%(xid)s::xid8, %(seq)s::bigint)
    AND xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY xid, seq LIMIT %(batch)s
), seen AS (
  SELECT count(*) AS events FROM fresh
), newest AS (
  SELECT xid, seq FROM fresh ORDER BY xid DESC, seq DESC LIMIT 1
), summed AS (
  SELECT reseller_id, organisation_id, from_domain, stream,
         to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"') AS hour,
         count(*) AS quantity
  FROM fresh WHERE kind = 'received' AND stream <> 'system' AND organisation_id IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5
)
SELECT seen.events, newest.xid::text, newest.seq, s.*
FROM newest CROSS JOIN seen LEFT JOIN summed s ON true
ORDER BY s.reseller_id, s.organisation_id, s.from_domain, s.stream, s.hour
