-- Every accepted recipient in exactly one state, and the queue and the ledger of one mind.
SELECT
  (SELECT count(*) FROM public.delivery_event WHERE kind = 'received') AS received,
  (SELECT count(*) FROM public.recipient) AS accepted,
  (SELECT coalesce(jsonb_object_agg(status, n), '{}')
   FROM (SELECT status, count(*) AS n FROM public.recipient GROUP BY status) AS s) AS states,
  (SELECT coalesce(jsonb_object_agg(state, n), '{}')
   FROM (SELECT state, count(*) AS n FROM public.queue_entry GROUP BY state) AS q) AS queue,
  (SELECT count(*) FROM public.recipient r WHERE r.status = 'queued' AND NOT EXISTS (
     SELECT FROM public.queue_entry q WHERE q.recipient_id = r.id)) AS lost,
  (SELECT count(*) FROM public.queue_entry q WHERE NOT EXISTS (
     SELECT FROM public.recipient r WHERE r.id = q.recipient_id AND r.status = 'queued')) AS stray
