-- What came of one request. It counts only while its lease does: who lost it changes nothing.
WITH settled AS (
  UPDATE public.webhook_delivery
  SET state = %(state)s::text, due_at = coalesce(%(due_at)s, due_at), lease_until = NULL,
      ended_at = CASE WHEN %(state)s::text = 'waiting' THEN NULL ELSE %(now)s END,
      last_status = %(status)s, last_error = %(error)s::text,
      tries = CASE WHEN jsonb_array_length(tries) < %(most_tries)s THEN tries ELSE tries - 0 END
              || %(try)s::jsonb
  WHERE public_id = %(public_id)s AND lease_seq = %(lease_seq)s AND state = 'waiting'
    AND lease_until IS NOT NULL
  RETURNING endpoint_id
)
UPDATE public.webhook_endpoint e
SET failures = CASE WHEN %(is_heard)s THEN 0 ELSE failures + 1 END,
    first_failed_at = CASE WHEN %(is_heard)s THEN NULL ELSE coalesce(first_failed_at, %(now)s) END,
    next_try_at = CASE WHEN %(is_heard)s THEN next_try_at ELSE %(next_try_at)s END,
    last_success_at = CASE WHEN %(is_heard)s THEN %(now)s ELSE last_success_at END,
    last_status = %(status)s
FROM settled s
-- An endpoint that hears all is written once a minute, not once an event.
WHERE e.public_id = s.endpoint_id
  AND (NOT %(is_heard)s OR e.failures > 0 OR e.last_success_at IS NULL
       OR e.last_success_at < %(now)s::timestamptz - interval '1 minute')
