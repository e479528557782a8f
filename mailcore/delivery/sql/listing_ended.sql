-- Listings that a list takes back, or whose list is asked no longer.
UPDATE public.egress_listing SET ended_at = %(now)s
WHERE ended_at IS NULL
  AND ((address, zone) IN (SELECT * FROM unnest(%(addresses)s::text[], %(zones)s::text[]))
       OR NOT zone = ANY (%(asked)s))
RETURNING address, zone
