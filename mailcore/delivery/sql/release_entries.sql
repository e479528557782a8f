-- As they were before the hold: a retry that was not due yet is not due now.
WITH released AS (
  UPDATE public.queue_entry
  SET state = 'ready', held_reason = NULL, held_by = NULL, held_until = NULL, losses = 0
  WHERE recipient_id = ANY (%(ids)s)
  RETURNING node, shard, pool, site, reseller_id
), pair AS (
  INSERT INTO public.active_pair (node, shard, pool, site, reseller_id)
  SELECT DISTINCT node, shard, pool, site, reseller_id FROM released ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT DO NOTHING
)
SELECT reseller_id, count(*) FROM released GROUP BY 1
