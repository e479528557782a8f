-- Sources that a provider's replies suspended again within a day, on the days from `first` to `last`.
SELECT source, target, (changed_at AT TIME ZONE 'UTC')::date AS day, cause
FROM public.shaping_overlay
WHERE kind = 'suspend' AND source <> '' AND reseller_id IS NULL AND level >= 1 AND until_at > changed_at
  AND changed_at >= %(first)s::date::timestamp AT TIME ZONE 'UTC'
  AND changed_at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC'
