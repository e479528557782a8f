-- The first recipients of each of these messages with where they stand, and how many there are;
-- with a state only messages of which one stands so.
WITH standing AS (
  SELECT r.message_id, r.id, r.address, r.final_at, r.final_text, q.held_reason,
         CASE WHEN q.state = 'held' THEN 'held' ELSE r.status END AS state
  FROM public.recipient r
  LEFT JOIN public.queue_entry q ON q.recipient_id = r.id AND r.status = 'queued'
  WHERE r.message_id = ANY (%(ids)s::uuid[])
    AND r.id >= %(recipients_above)s AND r.id < %(recipients_below)s
), numbered AS (
  SELECT *, row_number() OVER (PARTITION BY message_id ORDER BY id) AS nth,
         count(*) OVER (PARTITION BY message_id) AS recipients,
         bool_or(state = %(state)s) OVER (PARTITION BY message_id) AS fits
  FROM standing
)
SELECT message_id, address, state, CASE WHEN state = 'held' THEN held_reason ELSE final_text END AS reason,
       final_at AS ended_at, recipients
FROM numbered
WHERE nth <= %(shown)s AND (%(state)s::text IS NULL OR fits)
ORDER BY message_id DESC, nth
