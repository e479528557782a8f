-- After fresh_facts: those of some resellers, with whom the mail was for.
, told AS (
  SELECT * FROM fresh WHERE reseller_id = ANY(%(resellers)s::uuid[]) AND occurred_at >= %(since)s
), mail AS (
  SELECT * FROM sec.mail_of(ARRAY(SELECT DISTINCT recipient_id FROM told WHERE recipient_id IS NOT NULL),
                            ARRAY(SELECT DISTINCT message_id FROM told WHERE message_id IS NOT NULL))
)
SELECT reach.*, t.id, t.kind, t.reseller_id, t.organisation_id, t.message_id, t.stream,
       t.from_domain, t.occurred_at, t.data, m.address, m.message_id AS header
FROM reach LEFT JOIN told t ON true LEFT JOIN mail m ON m.id = t.recipient_id
ORDER BY t.seq
