-- A domain's days since one: of wanted senders what passed and what did not, and strangers' mail.
SELECT s.sent_on AS day,
       coalesce(sum(s.count) FILTER (WHERE wanted AND (dkim OR spf)), 0)::bigint AS aligned,
       coalesce(sum(s.count) FILTER (WHERE wanted AND NOT (dkim OR spf) AND is_forwarded), 0)::bigint
         AS forwarded,
       coalesce(sum(s.count) FILTER (WHERE wanted AND NOT (dkim OR spf OR is_forwarded)), 0)::bigint
         AS failing,
       coalesce(sum(s.count) FILTER (WHERE NOT wanted), 0)::bigint AS strangers
FROM (
  SELECT d.*, coalesce(mark.is_known, d.source_group <> 'unknown') AS wanted
  FROM public.dmarc_sum d
  LEFT JOIN public.source_mark mark ON mark.domain_id = d.domain_id AND mark.source = d.source
  WHERE d.reseller_id = %(reseller_id)s AND d.domain_id = %(domain_id)s AND d.sent_on >= %(since)s AND d.grade >= %(grade)s
) AS s
GROUP BY s.sent_on ORDER BY s.sent_on
