-- A list names an address: its listing begins, or goes on.
INSERT INTO public.egress_listing AS l (address, zone, evidence, since, seen_at)
VALUES (%(address)s, %(zone)s, %(evidence)s, %(now)s, %(now)s)
ON CONFLICT (address, zone) DO UPDATE
SET evidence = EXCLUDED.evidence, seen_at = EXCLUDED.seen_at, ended_at = NULL,
    since = CASE WHEN l.ended_at IS NULL THEN l.since ELSE EXCLUDED.since END
