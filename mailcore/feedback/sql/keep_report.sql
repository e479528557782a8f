-- Keep a report about a hosted domain, as long as its domain had fewer of this grade in a day.
-- No row: nobody's domain; false: there were enough.
WITH target AS (
  SELECT r.public_id, r.reseller_id, r.domain,
         (SELECT count(*) FROM public.received_report known
          WHERE known.domain_id = r.public_id AND known.grade = %(grade)s
            AND known.received_at > %(since)s) < %(most)s AS has_room
  FROM public.route r
  WHERE r.public_id = %(domain_id)s AND r.kind = 'hosted' AND r.is_verified
), kept AS (
  INSERT INTO public.received_report (
    public_id, reseller_id, domain_id, domain, kind, received_at, sender, grade, size, raw, state,
    code, due_at, tries, org_name, report_id, messages)
  SELECT %(id)s, reseller_id, public_id, domain, %(kind)s, %(now)s, %(sender)s, %(grade)s, %(size)s,
         %(raw)s, %(state)s, %(code)s, %(due_at)s, 0, '', '', 0
  FROM target WHERE has_room
)
SELECT has_room FROM target
