-- Each source's messages of a domain since a day, of reports of at least a grade; the largest first.
SELECT s.source AS name, min(s.source_group) AS source_group,
       bool_or(mark.is_known) AS is_marked_known,
       coalesce(sum(s.count) FILTER (WHERE s.sent_on >= %(since)s), 0)::bigint AS messages,
       coalesce(sum(s.count) FILTER (WHERE s.sent_on >= %(since)s AND (s.dkim OR s.spf)), 0)::bigint
         AS aligned,
       coalesce(sum(s.count) FILTER (
         WHERE s.sent_on >= %(since)s AND s.is_forwarded AND NOT (s.dkim OR s.spf)), 0)::bigint AS forwarded,
       coalesce(sum(s.count) FILTER (WHERE s.sent_on < %(since)s AND (s.dkim OR s.spf)), 0)::bigint
         AS aligned_before,
       count(DISTINCT s.sent_on) FILTER (WHERE s.sent_on >= %(since)s) AS days,
       max(s.sent_on) AS last_on,
       (array_agg(DISTINCT nullif(s.source_ip, '')) FILTER (WHERE s.source_ip <> ''))[1:5] AS addresses
FROM public.dmarc_sum s
LEFT JOIN public.source_mark mark ON mark.domain_id = s.domain_id AND mark.source = s.source
WHERE s.reseller_id = %(reseller_id)s AND s.domain_id = %(domain_id)s AND s.sent_on >= %(before)s AND s.grade >= %(grade)s
GROUP BY s.source
ORDER BY messages DESC, s.source
LIMIT %(most)s
