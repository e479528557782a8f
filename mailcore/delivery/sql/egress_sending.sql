-- The sources of a node that mail may leave from.
SELECT address, ehlo FROM public.egress_source WHERE node = %(node)s AND state <> 'suspended'
ORDER BY address
