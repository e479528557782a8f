-- Mail facts of some resellers after a cursor; the first three columns say how far was read. Only
-- below the oldest running transaction (see count_received).
WITH fresh AS MATERIALIZED (
  SELECT xid, seq, id, kind, reseller_id, organisation_id, message_id, recipient_id, stream,
         from_domain, occurred_at, data
  FROM public.delivery_event
  WHERE (xid, seq) > (%(xid)s::xid8, %(seq)s::bigint)
    AND xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY xid, seq LIMIT %(batch)s
), seen AS (
  SELECT count(*) AS events FROM fresh
), newest AS (
  SELECT xid, seq FROM fresh ORDER BY xid DESC, seq DESC LIMIT 1
), told AS (
  SELECT * FROM fresh WHERE reseller_id = ANY(%(resellers)s::uuid[]) AND occurred_at >= %(since)s
), mail AS (
  SELECT * FROM sec.mail_of(ARRAY(SELECT DISTINCT recipient_id FROM told WHERE recipient_id IS NOT NULL),
                            ARRAY(SELECT DISTINCT message_id FROM told WHERE message_id IS NOT NULL))
)
SELECT seen.events, newest.xid::text, newest.seq, t.id, t.kind, t.reseller_id, t.organisation_id,
       t.message_id, t.stream, t.from_domain, t.occurred_at, t.data, m.address,
       m.message_id AS header
FROM newest CROSS JOIN seen LEFT JOIN told t ON true LEFT JOIN mail m ON m.id = t.recipient_id
ORDER BY t.seq
