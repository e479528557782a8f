-- Keep leases for `seconds` more; a row that is not returned was passed on: do not send it.
-- From `in_session` on nobody takes the row away from us but the end of its lease.
UPDATE public.queue_entry q
SET lease_until = GREATEST(q.lease_until, clock_timestamp() + make_interval(secs => %(seconds)s)),
    in_session = q.in_session OR %(in_session)s
FROM unnest(%(recipients)s::uuid[], %(sequences)s::integer[]) AS held (recipient_id, lease_seq)
WHERE q.recipient_id = held.recipient_id AND q.lease_seq = held.lease_seq
  AND q.state = 'leased' AND q.lease_by = %(epoch)s
  AND EXISTS (SELECT FROM public.egress_shard
              WHERE node = %(node)s AND shard = %(shard)s AND epoch = %(epoch)s)
RETURNING q.recipient_id
