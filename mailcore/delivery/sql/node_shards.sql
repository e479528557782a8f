-- How many shards a node has, which of them a living process owns, and the time that all of them go by.
SELECT coalesce((SELECT shards FROM public.egress_node WHERE node = %(node)s), 1),
       ARRAY(SELECT shard FROM public.egress_shard
             WHERE node = %(node)s AND heartbeat > clock_timestamp() - make_interval(secs => %(stale)s)),
       clock_timestamp()
