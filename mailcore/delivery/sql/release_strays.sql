-- Rows that were leased for us by a claim whose answer was lost with the connection: nobody works
-- on them. `known`: what is under way. As in reap.sql, what was held is held again.
UPDATE public.queue_entry q
SET state = CASE WHEN held_reason IS NULL THEN 'ready' ELSE 'held' END, lease_until = NULL,
    attempts = GREATEST(attempts - (held_reason IS NULL)::int, 0)
WHERE q.node = %(node)s AND q.shard = %(shard)s AND q.state = 'leased' AND q.lease_by = %(epoch)s
  AND NOT q.recipient_id = ANY (%(known)s::uuid[])
