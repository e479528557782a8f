-- What earlier owners of the shard held when they ended; the columns are those of claim.sql.
SELECT q.recipient_id, q.message_id, q.reseller_id, q.pool, q.site, q.prio, q.lease_seq, q.lease_by, q.attempts,
       q.maybe_delivered, q.expires_at, q.delay_notified, q.passed_at
FROM public.queue_entry q
WHERE q.node = %(node)s AND q.shard = %(shard)s AND q.state = 'leased' AND q.lease_by < %(epoch)s
