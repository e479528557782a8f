-- Give rows back that an earlier process of the shard had and did not send. One that was in a
-- session may be why the process ended: the second time it comes back at a moment of its own,
-- without the company that it was lost in; after `losses` times it is held as poison.
UPDATE public.queue_entry q
SET lease_until = NULL, in_session = false, losses = q.losses + q.in_session::int,
    -- What was held and only taken to be ended (claim_expired.sql) is held again.
    state = CASE WHEN q.held_reason IS NOT NULL OR q.in_session AND q.losses + 1 >= %(losses)s
                 THEN 'held' ELSE 'ready' END,
    held_reason = CASE WHEN q.in_session AND q.losses + 1 >= %(losses)s THEN 'poison' ELSE q.held_reason END,
    due = CASE WHEN q.in_session AND q.losses + 1 > 1
               THEN GREATEST(q.due, clock_timestamp() + random() * make_interval(secs => %(spread)s))
               ELSE q.due END
FROM unnest(%(recipients)s::uuid[], %(sequences)s::integer[]) AS lost (recipient_id, lease_seq)
WHERE q.recipient_id = ANY (ARRAY[lost.recipient_id]) AND q.lease_seq = lost.lease_seq
  AND q.lease_until IS NOT NULL
RETURNING q.recipient_id, q.held_reason
