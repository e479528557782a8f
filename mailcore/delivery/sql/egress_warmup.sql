-- Where addresses stand in their calendars, and what left them today.
SELECT w.address, w.provider_group AS "group", w.step, w.judged_on, w.verdict, w.reason,
       coalesce(d.sent, 0) AS sent, coalesce(d.overflow, 0) AS overflow
FROM public.warmup w
LEFT JOIN public.egress_day d
  ON d.address = w.address AND d.provider_group = w.provider_group AND d.day = %(day)s
WHERE %(address)s::text IS NULL OR w.address = %(address)s
ORDER BY w.address::inet, w.provider_group
