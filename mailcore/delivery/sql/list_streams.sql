-- Streams of automatic mail that sent in the last seven days or stand still, with what decides on it.
WITH week AS (
  SELECT reseller_id, stream,
         coalesce(sum(quantity) FILTER (WHERE event = 'delivered'), 0)::bigint AS delivered,
         coalesce(sum(quantity) FILTER (WHERE event IN ('delivered', 'bounced', 'expired')), 0)::bigint AS ended,
         coalesce(sum(quantity) FILTER (WHERE event = 'bounced' AND kind = 'hard'
                                           OR event = 'bounced_late'), 0)::bigint AS hard,
         coalesce(sum(quantity) FILTER (WHERE event = 'complained'), 0)::bigint AS complained
  FROM public.delivery_hour
  WHERE hour > %(now)s - interval '7 days' AND hour <= %(now)s
  GROUP BY reseller_id, stream
), pause AS (
  -- The strongest that stands, or else what was resumed last.
  SELECT DISTINCT ON (reseller_id, stream) * FROM public.stream_pause
  ORDER BY reseller_id, stream, state = 'resumed', CASE WHEN state = 'resumed' THEN since END DESC,
           side = 'reseller', side = 'signals'
)
SELECT r.name AS reseller, reseller_id, stream, coalesce(p.state, 'running') AS state,
       coalesce(p.reason, '') AS reason, p.since, coalesce(p.by, '') AS by,
       coalesce(p.side, '') AS side, p.until,
       coalesce(w.ended, 0) AS ended, coalesce(w.delivered, 0) AS delivered,
       coalesce(w.hard, 0) AS hard, coalesce(w.complained, 0) AS complained
FROM week w FULL JOIN pause p USING (reseller_id, stream)
JOIN public.reseller r ON r.public_id = reseller_id
WHERE %(reseller)s::uuid IS NULL OR reseller_id = %(reseller)s
ORDER BY p.state IS DISTINCT FROM 'paused', r.name, stream
