-- Add to the counts of days; an increment, so that the processes of a node do not overwrite each other.
INSERT INTO public.egress_day AS d (address, provider_group, day, sent, deferred, hard, blocked, overflow)
SELECT * FROM unnest(%(addresses)s::text[], %(groups)s::text[], %(days)s::date[], %(sent)s::bigint[],
  %(deferred)s::bigint[], %(hard)s::bigint[], %(blocked)s::bigint[], %(overflow)s::bigint[])
  AS n(address, provider_group, day, sent, deferred, hard, blocked, overflow)
ORDER BY address, provider_group, day
ON CONFLICT (address, provider_group, day) DO UPDATE
SET sent = d.sent + EXCLUDED.sent, deferred = d.deferred + EXCLUDED.deferred,
    hard = d.hard + EXCLUDED.hard, blocked = d.blocked + EXCLUDED.blocked,
    overflow = d.overflow + EXCLUDED.overflow
