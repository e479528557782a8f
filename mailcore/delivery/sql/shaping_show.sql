-- The overlays that hold, soonest over first.
SELECT id, source, target, reseller_id, stream, kind, origin, value, cause, until_at AS until
FROM public.shaping_overlay WHERE until_at > %(now)s ORDER BY until_at, id
