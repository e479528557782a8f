-- Complaints that came in on the days from `first` to `last`, by the source that had delivered the mail.
SELECT a.source, a.provider, (e.occurred_at AT TIME ZONE 'UTC')::date AS day, count(*) AS complaints
FROM public.delivery_event e
JOIN public.attempt a ON a.recipient_id = e.recipient_id AND a.outcome = 'delivered'
WHERE e.kind = 'complained'
  AND e.id >= sec.uuid_at(%(first)s::date::timestamp AT TIME ZONE 'UTC')
  AND e.id < sec.uuid_at((%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC')
GROUP BY 1, 2, 3
