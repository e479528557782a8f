-- Nodes and their shards, with the age of the owner's heartbeat in seconds; a shard without one
-- has never been run; a node without any has mail that waits for its first process.
WITH known AS (
  SELECT node FROM public.egress_node UNION SELECT node FROM public.egress_shard
  UNION SELECT sec.nodes_with_mail()
)
SELECT known.node, shard, n.drained_at, coalesce(n.drain_reason, '') AS drain_reason, n.moves_to,
       extract(epoch FROM clock_timestamp() - s.heartbeat)::float AS silent
FROM known LEFT JOIN public.egress_node n USING (node)
CROSS JOIN LATERAL generate_series(0, coalesce(n.shards, 1) - 1) AS shard
LEFT JOIN public.egress_shard s USING (node, shard)
ORDER BY 1, 2
