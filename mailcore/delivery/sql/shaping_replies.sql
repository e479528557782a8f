-- Stored replies in the order in which they came. The day of an attempt is read from its id.
SELECT a.reseller_id, m.stream, r.domain, a.provider, a.source, a.mx, a.phase, a.code,
  coalesce(a.enhanced, '') AS enhanced, a.reply, a.outcome, a.ended_at
FROM public.attempt a
JOIN public.recipient r ON r.id = a.recipient_id
JOIN public.message m ON m.id = r.message_id
WHERE a.id >= sec.uuid_at(%(since)s - interval '1 hour') AND a.ended_at >= %(since)s AND a.source <> ''
ORDER BY a.ended_at, a.id
