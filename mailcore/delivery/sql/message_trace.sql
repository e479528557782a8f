-- One message with its recipients and their tries: a row per try, or per recipient without one.
SELECT m.id AS message, m.message_id, m.stream, m.submitter, m.from_domain, m.envelope_from, m.size, m.accepted_at, m.dsn_envid,
       r.id AS recipient, r.address, r.status, r.final_at, r.final_code, r.final_enhanced, r.final_text,
       q.state AS queue_state, q.held_reason, q.held_until, q.due, q.expires_at,
       a.id AS attempt, a.started_at, a.ended_at, a.source, a.mx, a.address AS mx_address, a.tls, a.phase,
       a.outcome, a.code, a.enhanced, a.reply, a.reason, a.maybe_delivered
FROM public.message m
JOIN public.recipient r ON r.message_id = m.id
LEFT JOIN public.queue_entry q ON q.recipient_id = r.id
LEFT JOIN public.attempt a ON a.recipient_id = r.id
WHERE m.id = %(id)s AND (%(organisation)s::uuid IS NULL OR m.organisation_id = %(organisation)s)
  AND (%(domain)s::uuid IS NULL OR m.from_domain = (SELECT domain FROM public.route WHERE public_id = %(domain)s))
ORDER BY r.id, a.id
