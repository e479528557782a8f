-- Take up to `batch` due rows: active pairs in order after a cursor, `quantum` rows of each, so
-- that no reseller and no site takes the whole batch (foundations 21). First tries and retries
-- have a budget and an index each: neither waits behind the other's heap. The attempt counts here.
WITH owner AS MATERIALIZED (
  SELECT FROM public.egress_shard WHERE node = %(node)s AND shard = %(shard)s AND epoch = %(epoch)s
    AND NOT EXISTS (
      SELECT FROM public.egress_node WHERE node = %(node)s AND drained_at IS NOT NULL)
), pair AS MATERIALIZED (
  SELECT pool, site, reseller_id FROM public.active_pair
  WHERE node = %(node)s AND shard = %(shard)s
    AND (pool, site, reseller_id) > (%(after_pool)s, %(after_site)s, %(after_reseller)s)
    AND (suspended_until IS NULL OR suspended_until < %(now)s)
    AND NOT site = ANY (%(busy)s)
    AND EXISTS (SELECT FROM owner)
  ORDER BY pool, site, reseller_id LIMIT %(pairs)s
), fresh AS MATERIALIZED (
  SELECT due_row.recipient_id FROM pair CROSS JOIN LATERAL (
    SELECT recipient_id FROM public.queue_entry
    WHERE node = %(node)s AND shard = %(shard)s AND pool = pair.pool
      AND site = pair.site AND reseller_id = pair.reseller_id
      AND state = 'ready' AND attempts = 0 AND due <= %(now)s
    ORDER BY prio, due LIMIT %(quantum)s FOR UPDATE SKIP LOCKED
  ) AS due_row LIMIT %(batch)s
), retried AS MATERIALIZED (
  -- Each kind of mail apart, so that the walk ends at the first row that is not due: a site that was
  -- down for hours has more of those than all others together. Most pairs have none: one look.
  SELECT due_row.recipient_id FROM pair CROSS JOIN LATERAL (
    SELECT FROM public.queue_entry
    WHERE node = %(node)s AND shard = %(shard)s AND pool = pair.pool
      AND site = pair.site AND reseller_id = pair.reseller_id
      AND state = 'ready' AND attempts > 0 LIMIT 1
  ) AS first_one CROSS JOIN LATERAL (
    SELECT of_kind.recipient_id
    FROM (VALUES (0::smallint), (1::smallint), (2::smallint), (3::smallint)) AS kind (prio)
    CROSS JOIN LATERAL (
      SELECT recipient_id FROM public.queue_entry
      WHERE node = %(node)s AND shard = %(shard)s AND pool = pair.pool
        AND site = pair.site AND reseller_id = pair.reseller_id
        AND state = 'ready' AND attempts > 0 AND prio = kind.prio AND due <= %(now)s
      ORDER BY due LIMIT %(retry_quantum)s FOR UPDATE SKIP LOCKED
    ) AS of_kind LIMIT %(retry_quantum)s
  ) AS due_row LIMIT %(retry_batch)s
), pick AS (
  SELECT recipient_id FROM fresh UNION ALL SELECT recipient_id FROM retried
), claimed AS (
  UPDATE public.queue_entry q
  SET state = 'leased', lease_until = clock_timestamp() + make_interval(secs => %(lease)s),
      lease_by = %(epoch)s, lease_seq = lease_seq + 1, attempts = attempts + 1, in_session = false
  -- Row by row, as in hold.sql.
  FROM pick WHERE q.recipient_id = ANY (ARRAY[pick.recipient_id])
  RETURNING q.*
)
SELECT q.recipient_id, q.message_id, q.reseller_id, q.pool, q.site, q.prio, q.lease_seq, q.lease_by, q.attempts,
       q.maybe_delivered, q.expires_at, q.delay_notified, q.passed_at
FROM claimed q
ORDER BY q.pool, q.site, q.reseller_id, q.prio, q.due
