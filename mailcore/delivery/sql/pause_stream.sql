-- One stream stands still from now on; a row comes back unless it did already.
INSERT INTO public.stream_pause AS p (reseller_id, stream, state, reason, since, by, until)
VALUES (%(reseller)s, %(stream)s, 'paused', %(reason)s, %(now)s, %(by)s, %(until)s)
ON CONFLICT (reseller_id, stream) DO UPDATE
SET state = 'paused', reason = excluded.reason, since = excluded.since, by = excluded.by, until = excluded.until
WHERE p.state <> 'paused'
RETURNING reseller_id
