-- Mail facts after a cursor that may teach us to write to somebody no more; the first three columns
-- say how far was read. Only below the oldest running transaction (see count_received).
WITH fresh AS MATERIALIZED (
  SELECT xid, seq, id, kind, reseller_id, stream, recipient_id, occurred_at, data
  FROM public.delivery_event
  WHERE (xid, seq) > (%(xid)s::xid8, %(seq)s::bigint)
    AND xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY xid, seq LIMIT %(batch)s
), seen AS (
  SELECT count(*) AS events FROM fresh
), newest AS (
  SELECT xid, seq FROM fresh ORDER BY xid DESC, seq DESC LIMIT 1
), told AS (
  SELECT f.id, f.kind, f.reseller_id, f.stream, f.occurred_at, f.data, r.address
  FROM fresh f JOIN public.recipient r ON r.id = f.recipient_id
  WHERE f.kind IN ('bounced', 'bounced_late', 'expired', 'complained')
)
SELECT seen.events, newest.xid::text, newest.seq, t.*
FROM newest CROSS JOIN seen LEFT JOIN told t ON true
