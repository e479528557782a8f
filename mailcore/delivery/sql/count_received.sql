-- After fresh_facts: accepted recipients, summed by hour (UTC).
, summed AS (
  SELECT reseller_id, organisation_id, from_domain, stream,
         to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"') AS hour,
         count(*) AS quantity
  FROM fresh WHERE kind = 'received' AND stream <> 'system' AND organisation_id IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5
)
SELECT reach.*, s.*
FROM reach LEFT JOIN summed s ON true
ORDER BY s.reseller_id, s.organisation_id, s.from_domain, s.stream, s.hour
