-- Shards that nobody runs now: their pairs are healed by whoever is there.
SELECT node, shard FROM public.egress_shard
WHERE heartbeat < clock_timestamp() - interval '60 s' AND (node, shard) <> (%(node)s, %(shard)s)
