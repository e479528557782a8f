-- The pauses of these sides end, with a clean slate; no row when none of them stood. With `over_at` only
-- those whose time is up.
UPDATE public.stream_pause
SET state = 'resumed', since = %(now)s, by = %(by)s, until = NULL, counted_from = %(now)s,
    release_due = true
WHERE reseller_id = %(reseller)s AND stream = %(stream)s AND side = ANY (%(sides)s) AND state = 'paused'
  AND (%(over_at)s::timestamptz IS NULL OR until <= %(over_at)s)
RETURNING reason
