-- Due deliveries, at most `free`: the first of each endpoint before the second of any, at most
-- `lanes` of one under way, and one of an endpoint that failed the last time.
WITH busy AS (
  SELECT endpoint_id, count(*) AS busy FROM public.webhook_delivery
  WHERE lease_until > now() GROUP BY endpoint_id
), ready AS (
  SELECT e.public_id,
         CASE WHEN e.failures = 0 THEN %(lanes)s ELSE 1 END - coalesce(b.busy, 0) AS room
  FROM public.webhook_endpoint e LEFT JOIN busy b ON b.endpoint_id = e.public_id
  WHERE e.is_enabled AND e.next_try_at <= %(now)s
    AND EXISTS (
      SELECT FROM public.webhook_delivery d
      WHERE d.endpoint_id = e.public_id AND d.state = 'waiting' AND d.due_at <= %(now)s)
), due AS MATERIALIZED (
  SELECT d.public_id, d.endpoint_id, d.due_at
  FROM ready r CROSS JOIN LATERAL (
    SELECT public_id, endpoint_id, due_at FROM public.webhook_delivery
    WHERE endpoint_id = r.public_id AND state = 'waiting' AND due_at <= %(now)s
      AND (lease_until IS NULL OR lease_until <= now()) AND attempts < %(most_attempts)s
    ORDER BY due_at LIMIT greatest(r.room, 0) FOR UPDATE SKIP LOCKED) AS d
), ranked AS (
  SELECT public_id, due_at, row_number() OVER (PARTITION BY endpoint_id ORDER BY due_at) AS place
  FROM due
), picked AS (
  SELECT public_id FROM ranked ORDER BY place, due_at LIMIT %(free)s
)
UPDATE public.webhook_delivery d
SET lease_until = now() + %(lease)s, lease_seq = lease_seq + 1, attempts = attempts + 1
FROM picked p, public.webhook_endpoint e
WHERE d.public_id = p.public_id AND e.public_id = d.endpoint_id
RETURNING d.public_id, d.lease_seq, d.endpoint_id, d.reseller_id, d.event_id, d.body, d.attempts,
          d.give_up_at, e.url, e.failures, e.secret, e.previous_secret, e.previous_until
