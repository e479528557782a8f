-- Lock the next rows that an order is about, in the states that it changes and not in a session;
-- what another holds this very moment is left to it.
SELECT q.recipient_id
FROM public.queue_entry q
JOIN public.message m ON m.id = q.message_id
JOIN public.recipient r ON r.id = q.recipient_id
WHERE (%(recipient)s::uuid IS NULL OR q.recipient_id = %(recipient)s::uuid)
    AND (%(message)s::uuid IS NULL OR q.message_id = %(message)s::uuid)
    AND (%(reseller)s::uuid IS NULL OR q.reseller_id = %(reseller)s::uuid)
    AND (%(held)s::text IS NULL OR (q.state = 'held' AND starts_with(q.held_reason, %(held)s::text)))
    AND (%(header)s::text IS NULL OR m.message_id = %(header)s::text)
    AND (%(stream)s::text IS NULL OR m.stream = %(stream)s::text)
    AND (%(login)s::text IS NULL OR m.submitter = %(login)s::text)
    AND (%(from_domain)s::text IS NULL OR m.from_domain = %(from_domain)s::text)
    AND (%(domain)s::text IS NULL OR r.domain = %(domain)s::text)
    AND (%(address)s::text IS NULL OR r.address = %(address)s::text)
  AND q.recipient_id > %(after)s AND q.state = ANY (%(states)s)
  AND NOT (q.state = 'leased' AND q.in_session)
  AND (%(due_after)s::timestamptz IS NULL OR q.due > %(due_after)s::timestamptz)
ORDER BY q.recipient_id LIMIT %(limit)s FOR UPDATE OF q SKIP LOCKED
