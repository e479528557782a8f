-- Each day, up to one, that was not judged yet, with what happened on it.
SELECT w.address, w.provider_group AS "group", w.step, day.day::date,
       coalesce(d.sent, 0) AS sent, coalesce(d.deferred, 0) AS deferred, coalesce(d.hard, 0) AS hard,
       coalesce(d.blocked, 0) AS blocked,
       ARRAY(SELECT l.zone FROM public.egress_listing l
             WHERE l.address = w.address AND (l.since AT TIME ZONE 'UTC')::date = day.day ORDER BY l.zone) AS listed_by,
       coalesce(day.day::date - (SELECT max(e.day) FROM public.egress_day e
                                 WHERE e.address = w.address AND e.provider_group = w.provider_group
                                   AND e.day <= day.day AND e.sent > 0), 0) AS idle
FROM (SELECT * FROM public.warmup WHERE judged_on < %(until)s FOR UPDATE) w
CROSS JOIN LATERAL generate_series((w.judged_on + 1)::timestamp, %(until)s::date::timestamp, '1 day') AS day(day)
LEFT JOIN public.egress_day d
  ON d.address = w.address AND d.provider_group = w.provider_group AND d.day = day.day
ORDER BY w.address, w.provider_group, day.day
