-- The pauses of these sides end, with a clean slate; no row when none of them stood.
UPDATE public.stream_pause
SET state = 'resumed', since = %(now)s, by = %(by)s, until = NULL, counted_from = %(now)s
WHERE reseller_id = %(reseller)s AND stream = %(stream)s AND side = ANY (%(sides)s) AND state = 'paused'
RETURNING reason
