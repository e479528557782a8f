-- Steps of the addresses that are not warm everywhere, and what left all of them today.
SELECT address, provider_group, w.step, d.sent
FROM (SELECT * FROM public.egress_day WHERE day = %(day)s) d
FULL JOIN public.warmup w USING (address, provider_group)
JOIN public.egress_source s USING (address)
