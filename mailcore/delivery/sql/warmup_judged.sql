-- Where each address stands after the last day that was judged.
UPDATE public.warmup w SET step = n.step, judged_on = %(until)s, verdict = n.verdict, reason = n.reason
FROM unnest(%(addresses)s::text[], %(groups)s::text[], %(steps)s::integer[], %(verdicts)s::text[], %(reasons)s::text[])
  AS n(address, provider_group, step, verdict, reason)
WHERE (w.address, w.provider_group) = (n.address, n.provider_group)
