SELECT m.id AS message_id, m.message_id AS header, m.stream, m.envelope_from, m.from_domain, m.size,
       m.accepted_at, r.id AS recipient_id, r.address, r.status, r.final_at, r.final_text,
       q.state AS queue_state, q.held_reason, q.held_until, q.due, q.expires_at,
       a.started_at, a.ended_at, a.source, a.mx, a.address AS mx_address, a.tls, a.phase, a.outcome,
       a.provider, a.reason, a.kind, a.scope, a.reply, a.maybe_delivered, a.late
FROM public.message m
JOIN public.recipient r ON r.message_id = m.id
LEFT JOIN public.queue_entry q ON q.recipient_id = r.id
LEFT JOIN public.attempt a ON a.recipient_id = r.id
WHERE m.id = %(id)s OR m.message_id = %(bracketed)s OR m.message_id = %(bare)s
ORDER BY m.id, r.id, a.id
