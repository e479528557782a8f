-- Recipients that may have got more than one copy: a try broke after the final dot, or its result
-- came when the lease had passed on; and another try was delivered.
SELECT r.id, r.address,
       count(*) FILTER (WHERE a.outcome = 'delivered') AS delivered,
       count(*) FILTER (WHERE a.maybe_delivered) AS maybe_delivered,
       count(*) FILTER (WHERE a.late) AS late
FROM public.attempt a JOIN public.recipient r ON r.id = a.recipient_id
GROUP BY r.id, r.address
HAVING count(*) FILTER (WHERE a.outcome = 'delivered' OR a.maybe_delivered) > 1
ORDER BY r.id LIMIT %(limit)s
