-- Pairs that belong elsewhere: their node does not work or has no source of their pool any more, and
-- another one does and has; or it is drained to another one, or has another number of shards. Their
-- rows that are not leased move, a few thousand at a time; then the pair goes.
WITH able AS MATERIALIZED (
  SELECT DISTINCT m.pool, s.node FROM public.pool_member m JOIN public.egress_source s USING (address)
  WHERE s.state <> 'suspended' AND sec.node_works(s.node)
), wrong AS MATERIALIZED (
  SELECT p.*, place.home, place.shard AS new_shard
  FROM public.active_pair p CROSS JOIN LATERAL sec.place_of(
    CASE WHEN p.site <> 'local' AND p.pool IN (SELECT pool FROM able)
              AND (p.pool, p.node) NOT IN (SELECT pool, node FROM able)
         THEN sec.home_of(p.pool, p.site, p.reseller_id, p.node) ELSE p.node END, p.site) AS place
  WHERE (place.home, place.shard) <> (p.node, p.shard) ORDER BY random() LIMIT 100
), picked AS MATERIALIZED (
  SELECT q.recipient_id, w.home, w.new_shard
  FROM wrong w JOIN public.queue_entry q USING (node, shard, pool, site, reseller_id)
  WHERE q.state <> 'leased' LIMIT 5000 FOR UPDATE OF q SKIP LOCKED
), moved AS (
  UPDATE public.queue_entry q SET node = picked.home, shard = picked.new_shard, passed_at = NULL
  FROM picked WHERE q.recipient_id = picked.recipient_id
  RETURNING q.node, q.shard, q.pool, q.site, q.reseller_id
), pair AS (
  INSERT INTO public.active_pair (node, shard, pool, site, reseller_id, suspended_until)
  SELECT m.node, m.shard, m.pool, m.site, m.reseller_id, max(w.suspended_until)
  FROM moved m JOIN wrong w ON (w.home, w.new_shard, w.pool, w.site, w.reseller_id)
                             = (m.node, m.shard, m.pool, m.site, m.reseller_id)
  GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT DO NOTHING
), empty AS (
  DELETE FROM public.active_pair p USING wrong w
  WHERE (p.node, p.shard, p.pool, p.site, p.reseller_id)
      = (w.node, w.shard, w.pool, w.site, w.reseller_id)
    AND NOT EXISTS (
      SELECT FROM public.queue_entry q
      WHERE q.node = w.node AND q.shard = w.shard AND q.pool = w.pool
        AND q.site = w.site AND q.reseller_id = w.reseller_id)
  RETURNING p.site
)
SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM empty)
