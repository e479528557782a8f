-- A domain's days since one: sessions held against our policy that went well, and that failed.
SELECT seen_on AS day,
       coalesce(sum(count) FILTER (WHERE result = ''), 0)::bigint AS good,
       coalesce(sum(count) FILTER (WHERE result <> ''), 0)::bigint AS failed
FROM public.tls_sum
WHERE reseller_id = %(reseller_id)s AND domain_id = %(domain_id)s AND seen_on >= %(since)s AND grade >= %(grade)s
  AND policy_type = ANY (%(policy_types)s)
GROUP BY seen_on ORDER BY seen_on
