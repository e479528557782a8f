-- End overlays now: the one with this id, or those of a source, a target, or both.
UPDATE public.shaping_overlay
SET until_at = %(now)s, changed_at = %(now)s, cause = cause || ' (ended by the operator)'
WHERE until_at > %(now)s
  AND (id = %(id)s OR (%(id)s IS NULL
    AND (%(source)s = '' OR source = %(source)s) AND (%(target)s = '' OR target = %(target)s)))
RETURNING id
