-- One side lets a stream stand still from now on; a row comes back unless it did already.
INSERT INTO public.stream_pause AS p (reseller_id, stream, side, state, reason, since, by, until)
VALUES (%(reseller)s, %(stream)s, %(side)s, 'paused', %(reason)s, %(now)s, %(by)s, %(until)s)
ON CONFLICT (reseller_id, stream, side) DO UPDATE
SET state = 'paused', reason = excluded.reason, since = excluded.since, by = excluded.by, until = excluded.until
WHERE p.state <> 'paused' OR p.until <= %(now)s
RETURNING reseller_id
