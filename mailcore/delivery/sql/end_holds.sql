-- Held rows whose hold is over, and whose time is not: back into the queue, as they were.
WITH over AS MATERIALIZED (
  SELECT recipient_id FROM public.queue_entry
  WHERE state = 'held' AND LEAST(held_until, expires_at) <= %(now)s
    AND held_until <= %(now)s AND expires_at > %(now)s
  ORDER BY LEAST(held_until, expires_at) LIMIT 1000 FOR UPDATE SKIP LOCKED
), released AS (
  UPDATE public.queue_entry q
  SET state = 'ready', held_reason = NULL, held_until = NULL, held_by = NULL, losses = 0
  FROM over WHERE q.recipient_id = over.recipient_id
  RETURNING q.recipient_id, q.node, q.shard, q.pool, q.site, q.reseller_id
), pair AS (
  INSERT INTO public.active_pair (node, shard, pool, site, reseller_id)
  SELECT DISTINCT node, shard, pool, site, reseller_id FROM released ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT DO NOTHING
)
SELECT recipient_id FROM released
