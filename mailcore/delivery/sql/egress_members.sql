-- The pools as they stand, with this node's members and those of other nodes that work; zones that list
-- an address beside it.
SELECT m.pool, s.address, s.ehlo, s.node, m.weight, m.providers, m.role, s.state, s.reason,
       ARRAY(SELECT l.zone FROM public.egress_listing l
             WHERE l.address = s.address AND l.ended_at IS NULL ORDER BY l.zone) AS listed_by
FROM public.pool_member m JOIN public.egress_source s USING (address)
WHERE s.node = %(node)s OR sec.node_works(s.node)
ORDER BY m.pool, s.address
