-- Streams of automatic mail whose last seven days pass a line are paused: whatever was counted
-- before the platform resumed them is forgiven. One row per stream that was paused now. A pause of
-- the reseller's own neither forgives nor spares anything.
WITH standing AS (
  SELECT reseller_id, stream, max(counted_from) AS counted_from, bool_or(state = 'paused') AS is_paused
  FROM public.stream_pause WHERE side <> 'reseller' GROUP BY reseller_id, stream
), week AS (
  SELECT h.reseller_id, h.stream,
         coalesce(sum(quantity) FILTER (WHERE event = 'bounced' AND kind = 'hard'
                                           OR event = 'bounced_late'), 0) AS hard,
         coalesce(sum(quantity) FILTER (WHERE event = 'complained'), 0) AS complained,
         coalesce(sum(quantity) FILTER (WHERE event = 'delivered'), 0) AS delivered,
         coalesce(sum(quantity) FILTER (WHERE event IN ('delivered', 'bounced', 'expired')), 0) AS ended
  FROM public.delivery_hour h LEFT JOIN standing p USING (reseller_id, stream)
  WHERE h.hour > %(now)s - interval '7 days' AND h.hour <= %(now)s
    AND h.hour >= coalesce(p.counted_from, 'epoch') AND p.is_paused IS NOT TRUE
    AND h.stream IN ('transactional', 'bulk')
  GROUP BY h.reseller_id, h.stream
), passed AS (
  SELECT reseller_id, stream, 'hard bounces: ' || hard || ' of ' || ended || ' in 7 days' AS reason
  FROM week WHERE ended >= %(least_ended)s AND hard >= %(hard_bounces)s * ended
  UNION ALL
  SELECT reseller_id, stream, 'complaints: ' || complained || ' of ' || delivered || ' in 7 days'
  FROM week
  WHERE delivered >= %(least_ended)s AND complained >= %(least_complaints)s
    AND complained >= %(complaints)s * delivered
)
INSERT INTO public.stream_pause AS p (reseller_id, stream, side, state, reason, since, by)
SELECT reseller_id, stream, 'signals', 'paused', string_agg(reason, '; ' ORDER BY reason DESC), %(now)s, %(by)s
FROM passed GROUP BY reseller_id, stream
ON CONFLICT (reseller_id, stream, side) DO UPDATE
SET state = 'paused', reason = excluded.reason, since = excluded.since, by = excluded.by, until = NULL
WHERE p.state <> 'paused'
RETURNING reseller_id, stream, reason
