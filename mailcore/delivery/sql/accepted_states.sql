-- Of recipients just accepted, those that are not simply queued, with the reason.
SELECT r.id, CASE r.status WHEN 'queued' THEN 'held' ELSE r.status END,
       coalesce(q.held_reason, substring(r.final_text FROM '\): (.*)$'), r.final_text)
FROM public.recipient r LEFT JOIN public.queue_entry q ON q.recipient_id = r.id
WHERE r.id = ANY(%(ids)s) AND (r.status <> 'queued' OR q.state = 'held')
