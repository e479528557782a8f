-- Where the recipients are that an order names one by one, by the ledger.
SELECT r.status, count(*)
FROM public.message m JOIN public.recipient r ON r.message_id = m.id
WHERE (%(recipient)s::uuid IS NULL OR r.id = %(recipient)s::uuid)
  AND (%(message)s::uuid IS NULL OR m.id = %(message)s::uuid)
  AND (%(header)s::text IS NULL OR m.message_id = %(header)s::text)
GROUP BY 1 ORDER BY 1
