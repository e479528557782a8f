-- Every source as operators see it: where it is used, what lists it, what left it today.
SELECT s.address, s.ehlo, s.node, s.state, s.reason, s.changed_at,
       ARRAY(SELECT l.zone || ' since ' || to_char(l.since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ': ' || l.evidence
             FROM public.egress_listing l WHERE l.address = s.address AND l.ended_at IS NULL ORDER BY l.zone) AS listed_by,
       (SELECT count(*) FROM public.warmup w WHERE w.address = s.address AND w.step < %(warm)s) AS warming,
       coalesce(d.sent, 0) AS sent, coalesce(d.deferred, 0) AS deferred, coalesce(d.hard, 0) AS hard,
       coalesce(d.blocked, 0) AS blocked
FROM public.egress_source s
LEFT JOIN (SELECT address, sum(sent) AS sent, sum(deferred) AS deferred, sum(hard) AS hard, sum(blocked) AS blocked
           FROM public.egress_day WHERE day = %(day)s GROUP BY address) d USING (address)
ORDER BY s.node, s.address::inet
