-- Keep a report about a hosted domain, as long as its domain had fewer of this grade in a day, and
-- fewer by this sender; its raw message only while there is room in the budgets of octets.
-- No row: nobody's domain; false: there were enough.
WITH target AS (
  SELECT r.public_id, r.reseller_id, r.domain
  FROM public.route r
  WHERE r.public_id = %(domain_id)s AND r.kind = 'hosted' AND r.is_verified
), today AS (
  SELECT count(*) AS reports, count(*) FILTER (WHERE is_same) AS of_sender,
         coalesce(sum(kept), 0) AS octets,
         coalesce(sum(kept) FILTER (WHERE is_same), 0) AS octets_of_sender
  FROM (
    SELECT kept, right('.' || sender, length(%(source)s) + 1) = '.' || %(source)s AS is_same
    FROM public.received_report
    WHERE domain_id = %(domain_id)s AND grade = %(grade)s AND received_at > %(since)s) AS of_domain
), judged AS (
  SELECT target.*,
         reports < %(reports)s AND of_sender < %(reports_of_sender)s AS has_room,
         -- What all domains had is looked up only for what the domain itself has room for.
         CASE WHEN octets + %(kept)s > %(octets)s
                OR octets_of_sender + %(kept)s > %(octets_of_sender)s THEN false
              ELSE (
                SELECT coalesce(sum(kept), 0) + %(kept)s <= %(octets_overall)s
                   AND coalesce(sum(kept) FILTER (
                         WHERE right('.' || sender, length(%(source)s) + 1) = '.' || %(source)s), 0)
                       + %(kept)s <= %(octets_of_sender_overall)s
                FROM public.received_report
                WHERE kept > 0 AND grade = %(grade)s AND received_at > %(since)s)
         END OR %(kept)s = 0 AS fits
  FROM target CROSS JOIN today
), stored AS (
  INSERT INTO public.received_report (
    public_id, reseller_id, domain_id, domain, kind, received_at, sender, grade, size, raw, kept,
    state, code, due_at, tries, org_name, report_id, messages)
  SELECT %(id)s, reseller_id, public_id, domain, %(kind)s, %(now)s, %(sender)s, %(grade)s, %(size)s,
         CASE WHEN fits THEN %(raw)s::bytea END, CASE WHEN fits THEN %(kept)s ELSE 0 END,
         CASE WHEN fits THEN %(state)s ELSE 'parked' END,
         CASE WHEN fits THEN %(code)s ELSE 'report.over_budget' END,
         CASE WHEN fits THEN %(due_at)s::timestamptz END, 0, '', '', 0
  FROM judged WHERE has_room
)
SELECT has_room FROM judged
