-- Add a report's sessions to the sums of their day; beyond so many rows a day without a host.
WITH given AS (
  SELECT * FROM unnest(%(policy_type)s::text[], %(result)s::text[], %(mx_host)s::text[],
                       %(count)s::bigint[]) AS g (policy_type, result, mx_host, count)
), fitted AS (
  SELECT policy_type,
         CASE WHEN fits OR result = '' THEN result ELSE 'unspecified' END AS result,
         CASE WHEN fits THEN mx_host ELSE '' END AS mx_host, count
  FROM (
    SELECT given.*, row_number() OVER (ORDER BY count DESC, mx_host, result) <= %(room)s - (
      SELECT count(*) FROM public.tls_sum
      WHERE reseller_id = %(reseller_id)s AND domain_id = %(domain_id)s AND seen_on = %(day)s) AS fits
    FROM given) AS measured
)
INSERT INTO public.tls_sum AS old (
  reseller_id, domain_id, seen_on, policy_type, result, mx_host, grade, count)
SELECT %(reseller_id)s, %(domain_id)s, %(day)s, policy_type, result, mx_host, %(grade)s, sum(count)
FROM fitted GROUP BY policy_type, result, mx_host
ON CONFLICT (reseller_id, domain_id, seen_on, policy_type, result, mx_host, grade)
DO UPDATE SET count = least(old.count + excluded.count, 1000000000000)
