-- How many processes share a limit now: all of them, and those of one node. Heartbeats are the database clock's.
SELECT count(*), count(*) FILTER (WHERE node = %(node)s)
FROM public.egress_shard WHERE heartbeat > now() - interval '20 seconds'
