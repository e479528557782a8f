-- Whoever sent to a group of providers has a row there, so that idle months are seen of warm ones too.
INSERT INTO public.warmup (address, provider_group, step, judged_on, verdict, reason)
SELECT DISTINCT d.address, d.provider_group, %(warm)s, %(until)s::date - 1, 'warm', 'it was warm from the beginning'
FROM public.egress_day d JOIN public.egress_source s USING (address)
WHERE d.sent > 0
ON CONFLICT DO NOTHING
