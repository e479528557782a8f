-- Add a report's rows to the sums of their day: those that are known, the largest others while there
-- is room (so many rows a day), and the rest without address and From; strangers without name, too.
WITH given AS (
  SELECT * FROM unnest(
    %(source_ip)s::text[], %(source)s::text[], %(source_group)s::text[], %(header_from)s::text[],
    %(disposition)s::text[], %(dkim)s::boolean[], %(spf)s::boolean[], %(is_forwarded)s::boolean[],
    %(count)s::bigint[])
    AS g (source_ip, source, source_group, header_from, disposition, dkim, spf, is_forwarded, count)
), ranked AS (
  SELECT given.*, known.id IS NOT NULL AS is_known,
         rank() OVER (PARTITION BY known.id IS NOT NULL ORDER BY given.count DESC, given.source_ip,
                      given.source, given.header_from, given.disposition, given.dkim, given.spf,
                      given.is_forwarded) AS place
  FROM given LEFT JOIN public.dmarc_sum known
    ON known.reseller_id = %(reseller_id)s AND known.domain_id = %(domain_id)s
   AND known.sent_on = %(day)s AND known.grade = %(grade)s
   AND (known.source_ip, known.source, known.header_from, known.disposition, known.dkim, known.spf,
        known.is_forwarded)
     = (given.source_ip, given.source, given.header_from, given.disposition, given.dkim, given.spf,
        given.is_forwarded)
), fitted AS (
  SELECT CASE WHEN fits THEN source_ip ELSE '' END AS source_ip,
         CASE WHEN fits OR source_group <> 'unknown' THEN source ELSE '' END AS source, source_group,
         CASE WHEN fits THEN header_from ELSE '' END AS header_from,
         disposition, dkim, spf, is_forwarded, count
  FROM (
    SELECT ranked.*, is_known OR place <= %(room)s - (
      SELECT count(*) FROM public.dmarc_sum
      WHERE reseller_id = %(reseller_id)s AND domain_id = %(domain_id)s AND sent_on = %(day)s
        AND source_ip <> '') AS fits
    FROM ranked) AS measured
)
INSERT INTO public.dmarc_sum AS old (
  reseller_id, domain_id, sent_on, source_ip, source, source_group, header_from, disposition, dkim,
  spf, is_forwarded, grade, count)
SELECT %(reseller_id)s, %(domain_id)s, %(day)s, source_ip, source, min(source_group), header_from,
       disposition, dkim, spf, is_forwarded, %(grade)s, sum(count)
FROM fitted
GROUP BY source_ip, source, header_from, disposition, dkim, spf, is_forwarded
ON CONFLICT (reseller_id, domain_id, sent_on, source_ip, source, header_from, disposition, dkim, spf,
             is_forwarded, grade)
DO UPDATE SET count = least(old.count + excluded.count, 1000000000000)
