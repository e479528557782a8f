-- Every pool with its members and the streams that are mapped to it.
SELECT p.name, p.reseller_id,
       ARRAY(SELECT jsonb_build_object('address', m.address, 'weight', m.weight, 'role', m.role,
                                       'providers', to_jsonb(m.providers), 'state', s.state)
             FROM public.pool_member m JOIN public.egress_source s USING (address)
             WHERE m.pool = p.name ORDER BY m.role, m.address::inet) AS members,
       ARRAY(SELECT jsonb_build_object('stream', t.stream, 'reseller_id', t.reseller_id)
             FROM public.stream_pool t WHERE t.pool = p.name
             ORDER BY t.reseller_id NULLS FIRST, t.stream) AS streams
FROM public.egress_pool p ORDER BY p.name
