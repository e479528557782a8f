-- Pairs of which nothing is queued any more.
DELETE FROM public.active_pair p
WHERE p.node = %(node)s AND p.shard = %(shard)s AND NOT EXISTS (
  SELECT FROM public.queue_entry q
  WHERE q.node = p.node AND q.shard = p.shard AND q.pool = p.pool
    AND q.site = p.site AND q.reseller_id = p.reseller_id)
