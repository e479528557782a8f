-- Write full mailboxes down, and say which of them were full often enough.
WITH fresh AS (
  INSERT INTO public.suppression_strike (event_id, reseller_id, address, at)
  SELECT * FROM unnest(%(event_id)s::uuid[], %(reseller_id)s::uuid[], %(address)s::text[],
                       %(at)s::timestamptz[])
  ON CONFLICT DO NOTHING
  RETURNING event_id, reseller_id, address, at
), counted AS (
  SELECT event_id, reseller_id, address, at FROM fresh
  UNION
  SELECT s.event_id, s.reseller_id, s.address, s.at
  FROM public.suppression_strike s
  WHERE (s.reseller_id, s.address) IN (SELECT reseller_id, address FROM fresh)
)
SELECT reseller_id, address, (array_agg(event_id ORDER BY at DESC))[1]
FROM counted WHERE at > %(since)s
GROUP BY reseller_id, address HAVING count(*) >= %(enough)s
