-- The queue in a few lines: by node, shard, kind of mail, state and reason of a hold.
SELECT node, shard, prio, CASE WHEN state = 'leased' AND in_session THEN 'in session' ELSE state END AS state,
       coalesce(held_reason, '') AS held_reason, count(*) AS recipients, min(due) AS due
FROM public.queue_entry GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
