-- Take the held rows whose time is up, to end them without a try; the columns are those of claim.sql.
WITH owner AS MATERIALIZED (
  SELECT FROM public.egress_shard WHERE node = %(node)s AND shard = %(shard)s AND epoch = %(epoch)s
), over AS MATERIALIZED (
  SELECT recipient_id FROM public.queue_entry
  WHERE state = 'held' AND LEAST(held_until, expires_at) <= %(now)s
    AND expires_at <= %(now)s AND node = %(node)s AND shard = %(shard)s
    AND EXISTS (SELECT FROM owner)
  ORDER BY LEAST(held_until, expires_at) LIMIT 200 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE public.queue_entry q
  SET state = 'leased', lease_until = clock_timestamp() + make_interval(secs => %(lease)s),
      lease_by = %(epoch)s, lease_seq = lease_seq + 1, in_session = false
  FROM over WHERE q.recipient_id = over.recipient_id
  RETURNING q.*
)
SELECT q.recipient_id, q.message_id, q.reseller_id, q.pool, q.site, q.prio, q.lease_seq, q.lease_by, q.attempts,
       q.maybe_delivered, q.expires_at, q.delay_notified, q.passed_at
FROM claimed q
