-- Pools in which nobody but this address sends for every provider; `pool`: only this one.
SELECT m.pool FROM public.pool_member m
WHERE m.address = %(address)s AND (%(pool)s::text IS NULL OR m.pool = %(pool)s) AND m.providers IS NULL
  AND NOT EXISTS (
    SELECT FROM public.pool_member o JOIN public.egress_source s USING (address)
    WHERE o.pool = m.pool AND o.address <> m.address AND o.providers IS NULL AND s.state <> 'suspended')
ORDER BY m.pool
