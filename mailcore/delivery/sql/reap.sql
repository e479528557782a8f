-- Leases that ran out: their worker is gone, or fenced when it comes back.
WITH expired AS (
  SELECT recipient_id FROM public.queue_entry
  WHERE state = 'leased' AND lease_until < clock_timestamp()
  ORDER BY lease_until LIMIT 500 FOR UPDATE SKIP LOCKED
)
UPDATE public.queue_entry q SET state = 'ready', lease_until = NULL
FROM expired WHERE q.recipient_id = expired.recipient_id
RETURNING q.recipient_id
