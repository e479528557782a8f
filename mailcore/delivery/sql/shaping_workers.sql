-- How many processes share a limit now: all of them, those of one node, and the others that are without
-- Redis; and say whether we are. Heartbeats are the database clock's.
WITH said AS (
  UPDATE public.egress_shard SET without_redis = %(without_redis)s
  WHERE node = %(node)s AND shard = %(shard)s AND without_redis <> %(without_redis)s
)
SELECT count(*), count(*) FILTER (WHERE node = %(node)s),
       count(*) FILTER (WHERE without_redis AND (node <> %(node)s OR shard <> %(shard)s))
FROM public.egress_shard WHERE heartbeat > now() - interval '20 seconds'
