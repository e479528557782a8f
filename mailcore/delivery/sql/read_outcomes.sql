-- After fresh_facts: what may teach us to write to somebody no more.
, told AS (
  SELECT f.id, f.kind, f.reseller_id, f.stream, f.occurred_at, f.data, r.address
  FROM fresh f JOIN public.recipient r ON r.id = f.recipient_id
  WHERE f.kind IN ('bounced', 'bounced_late', 'expired', 'complained')
)
SELECT reach.*, t.*
FROM reach LEFT JOIN told t ON true
