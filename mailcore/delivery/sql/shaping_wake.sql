-- Let pairs that rest for longer ask again soon. In the order of the key, as everybody locks them.
UPDATE public.active_pair p SET suspended_until = %(soon)s
FROM (
  SELECT node, shard, pool, site, reseller_id FROM public.active_pair
  WHERE suspended_until > %(soon)s ORDER BY 1, 2, 3, 4, 5 FOR UPDATE
) late
WHERE (p.node, p.shard, p.pool, p.site, p.reseller_id)
  = (late.node, late.shard, late.pool, late.site, late.reseller_id)
