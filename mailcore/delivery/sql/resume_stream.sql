-- A paused stream runs again, with a clean slate; no row when it was not paused.
UPDATE public.stream_pause
SET state = 'resumed', since = %(now)s, by = %(by)s, until = NULL, counted_from = %(now)s
WHERE reseller_id = %(reseller)s AND stream = %(stream)s AND state = 'paused'
RETURNING reason
