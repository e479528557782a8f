-- Overlays that changed after %(since)s and hold, or held until a day ago: a new suspension goes on from the last.
SELECT source, target, reseller_id, stream, kind, origin, value, level, cause, changed_at, until_at AS until
FROM public.shaping_overlay
WHERE changed_at > %(since)s AND until_at > %(now)s - interval '1 day'
