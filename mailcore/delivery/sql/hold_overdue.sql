-- Rows that nobody could try any more before their time was up, behind a site that is suspended
-- or a drained node: held, so that they end.
WITH overdue AS MATERIALIZED (
  SELECT recipient_id FROM public.queue_entry
  WHERE node = %(node)s AND shard = %(shard)s AND state = 'ready' AND expires_at <= %(before)s
  LIMIT 1000 FOR UPDATE SKIP LOCKED
)
UPDATE public.queue_entry q SET state = 'held', held_reason = 'expired', held_until = NULL, held_by = NULL
FROM overdue WHERE q.recipient_id = overdue.recipient_id
