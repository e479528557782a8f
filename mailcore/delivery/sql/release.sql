-- Give rows back that were claimed and never taken into a session.
UPDATE public.queue_entry q SET state = 'ready', lease_until = NULL
FROM unnest(%(recipients)s::uuid[], %(sequences)s::integer[]) AS held (recipient_id, lease_seq)
WHERE q.recipient_id = held.recipient_id AND q.lease_seq = held.lease_seq AND q.state = 'leased'
