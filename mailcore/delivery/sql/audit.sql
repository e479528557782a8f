-- Every accepted recipient in exactly one state, and events, ledger and queue of one mind. One pass
-- over each: a row is lost or stray when the join does not find it.
WITH ledger AS MATERIALIZED (
  SELECT status, count(*) AS n FROM public.recipient GROUP BY status
), queue AS MATERIALIZED (
  SELECT q.state, count(*) AS n, count(r.id) AS known
  FROM public.queue_entry q
  LEFT JOIN public.recipient r ON r.id = q.recipient_id AND r.status = 'queued'
  GROUP BY q.state
)
SELECT
  (SELECT count(*) FROM public.delivery_event WHERE kind = 'received'
   -- An event is never older than its recipient: of the days that are kept, all are there.
   AND recipient_id >= (SELECT id FROM public.recipient ORDER BY id LIMIT 1)) AS received,
  (SELECT coalesce(sum(n), 0)::bigint FROM ledger) AS accepted,
  (SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM ledger) AS states,
  (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM queue) AS queue,
  coalesce((SELECT n FROM ledger WHERE status = 'queued'), 0)
    - (SELECT coalesce(sum(known), 0)::bigint FROM queue) AS lost,
  (SELECT coalesce(sum(n - known), 0)::bigint FROM queue) AS stray,
  (SELECT coalesce(jsonb_object_agg(status, n), '{}')
   FROM (SELECT status, sum(recipients)::bigint AS n FROM public.ledger_day GROUP BY status) AS d) AS before
