-- Give rows back that nothing was sent to: the claim's count is taken back, and their pairs rest
-- until the time that belongs to them (no time: at once). With a home they go to that node.
WITH off AS MATERIALIZED (
  SELECT given.*, coalesce(n.shards, 1) AS shards
  FROM unnest(%(recipients)s::uuid[], %(sequences)s::integer[], %(until)s::timestamptz[], %(homes)s::text[])
    AS given (recipient_id, lease_seq, until, home)
  LEFT JOIN public.egress_node n ON n.node = given.home
), back AS (
  UPDATE public.queue_entry q
  SET state = 'ready', lease_until = NULL, attempts = GREATEST(attempts - 1, 0),
      node = coalesce(off.home, q.node),
      shard = CASE WHEN off.home IS NULL THEN q.shard ELSE sec.shard_of(q.site, off.shards) END,
      passed_at = CASE WHEN off.home IS NULL THEN q.passed_at ELSE clock_timestamp() END
  FROM off
  -- Row by row, as in hold.sql.
  WHERE q.recipient_id = ANY (ARRAY[off.recipient_id]) AND q.lease_seq = off.lease_seq
    AND q.lease_until IS NOT NULL
  RETURNING q.node, q.shard, q.pool, q.site, q.reseller_id, off.until
), rest AS (
  SELECT node, shard, pool, site, reseller_id, max(until) AS until FROM back
  GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
)
INSERT INTO public.active_pair AS p (node, shard, pool, site, reseller_id, suspended_until)
SELECT node, shard, pool, site, reseller_id, until FROM rest
ON CONFLICT (node, shard, pool, site, reseller_id) DO UPDATE
SET suspended_until = GREATEST(p.suspended_until, EXCLUDED.suspended_until)
