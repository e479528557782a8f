-- The last of the pairs that a claim looked at; none when it saw the end of the list.
SELECT pool, site, reseller_id FROM public.active_pair
WHERE node = %(node)s AND shard = %(shard)s
  AND (pool, site, reseller_id) > (%(after_pool)s, %(after_site)s, %(after_reseller)s)
ORDER BY pool, site, reseller_id OFFSET %(pairs)s - 1 LIMIT 1
