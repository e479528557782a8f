-- Become the owner of a shard: always when no other process of the node can hold it (`is_alone`),
-- else when the owner's heartbeat is stale. The new epoch fences whoever had it before.
INSERT INTO public.egress_shard AS s (node, shard, epoch, heartbeat)
VALUES (%(node)s, %(shard)s, 1, clock_timestamp())
ON CONFLICT (node, shard) DO UPDATE SET epoch = s.epoch + 1, heartbeat = clock_timestamp()
WHERE %(is_alone)s OR s.heartbeat < clock_timestamp() - make_interval(secs => %(stale)s)
RETURNING epoch
