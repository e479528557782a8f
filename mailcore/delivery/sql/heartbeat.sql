-- The time that the engine goes by. No row: another process owns the shard now, or the node has fewer shards.
UPDATE public.egress_shard SET heartbeat = clock_timestamp()
WHERE node = %(node)s AND shard = %(shard)s AND epoch = %(epoch)s
  AND shard < coalesce((SELECT shards FROM public.egress_node WHERE node = %(node)s), 1)
RETURNING clock_timestamp()
