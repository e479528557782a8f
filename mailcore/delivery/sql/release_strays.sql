-- Rows that were leased for us by a claim whose answer was lost with the connection: nobody works
-- on them. `known`: what is under way.
UPDATE public.queue_entry q
SET state = 'ready', lease_until = NULL, attempts = GREATEST(attempts - 1, 0)
WHERE q.node = %(node)s AND q.shard = %(shard)s AND q.state = 'leased' AND q.lease_by = %(epoch)s
  AND NOT q.recipient_id = ANY (%(known)s::uuid[])
