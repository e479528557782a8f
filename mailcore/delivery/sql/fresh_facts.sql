-- Mail facts after a reader's cursor, and how many and how far that is; the reader's own statement
-- goes on from here. Only below the oldest running transaction: a plain id cursor loses rows that
-- commit late.
WITH fresh AS MATERIALIZED (
  SELECT xid, seq, id, kind, reseller_id, organisation_id, message_id, recipient_id, stream,
         from_domain, occurred_at, data
  FROM public.delivery_event
  WHERE (xid, seq) > (%(xid)s::xid8, %(seq)s::bigint)
    AND xid < pg_snapshot_xmin(pg_current_snapshot())
  ORDER BY xid, seq LIMIT %(batch)s
), reach AS (
  SELECT count(*) OVER () AS events, f.xid::text AS xid, f.seq
  FROM fresh f ORDER BY f.xid DESC, f.seq DESC LIMIT 1
)
