-- Keep leases for `seconds` more; a row that is not returned was passed on: do not send it.
-- From `in_session` on nobody takes the row away from us but the end of its lease. The array of one
-- key makes any plan look up row by row, also one that was made when the queue was empty; `state`
-- would offer it the index of leases.
UPDATE public.queue_entry q
SET lease_until = GREATEST(q.lease_until, clock_timestamp() + make_interval(secs => %(seconds)s)),
    in_session = q.in_session OR %(in_session)s
FROM unnest(%(recipients)s::uuid[], %(sequences)s::integer[]) AS held (recipient_id, lease_seq)
WHERE q.recipient_id = ANY (ARRAY[held.recipient_id]) AND q.lease_seq = held.lease_seq
  AND q.lease_until IS NOT NULL AND q.lease_by = %(epoch)s
  AND EXISTS (SELECT FROM public.egress_shard
              WHERE node = %(node)s AND shard = %(shard)s AND epoch = %(epoch)s)
RETURNING q.recipient_id
