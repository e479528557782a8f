-- What failed of a domain's sessions since a day, the most frequent first.
SELECT policy_type, result, mx_host, sum(count)::bigint AS count
FROM public.tls_sum
WHERE reseller_id = %(reseller_id)s AND domain_id = %(domain_id)s AND seen_on >= %(since)s AND grade >= %(grade)s AND result <> ''
GROUP BY policy_type, result, mx_host
ORDER BY count DESC, result, mx_host LIMIT %(most)s
