-- Derive the active pairs again from the queue, by a loose scan of each claim index: a pair that
-- was cleared while a message came in is back before anybody waits long.
WITH RECURSIVE fresh AS (
  (SELECT pool, site, reseller_id FROM public.queue_entry
   WHERE node = %(node)s AND shard = %(shard)s AND state = 'ready' AND attempts = 0
   ORDER BY pool, site, reseller_id LIMIT 1)
  UNION ALL
  (SELECT next.pool, next.site, next.reseller_id FROM fresh CROSS JOIN LATERAL (
     SELECT q.pool, q.site, q.reseller_id FROM public.queue_entry q
     WHERE q.node = %(node)s AND q.shard = %(shard)s AND q.state = 'ready' AND q.attempts = 0
       AND (q.pool, q.site, q.reseller_id) > (fresh.pool, fresh.site, fresh.reseller_id)
     ORDER BY q.pool, q.site, q.reseller_id LIMIT 1) AS next)
), retried AS (
  (SELECT pool, site, reseller_id FROM public.queue_entry
   WHERE node = %(node)s AND shard = %(shard)s AND state = 'ready' AND attempts > 0
   ORDER BY pool, site, reseller_id LIMIT 1)
  UNION ALL
  (SELECT next.pool, next.site, next.reseller_id FROM retried CROSS JOIN LATERAL (
     SELECT q.pool, q.site, q.reseller_id FROM public.queue_entry q
     WHERE q.node = %(node)s AND q.shard = %(shard)s AND q.state = 'ready' AND q.attempts > 0
       AND (q.pool, q.site, q.reseller_id) > (retried.pool, retried.site, retried.reseller_id)
     ORDER BY q.pool, q.site, q.reseller_id LIMIT 1) AS next)
)
INSERT INTO public.active_pair (node, shard, pool, site, reseller_id)
SELECT %(node)s, %(shard)s, pool, site, reseller_id FROM (TABLE fresh UNION TABLE retried) AS found
ORDER BY pool, site, reseller_id
ON CONFLICT DO NOTHING
