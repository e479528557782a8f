-- The shard's queue for the figures: how many wait for whom, and since when the oldest is due.
SELECT site, prio, state, count(*), extract(epoch FROM %(now)s - min(due))::double precision
FROM public.queue_entry WHERE node = %(node)s AND shard = %(shard)s
GROUP BY site, prio, state
