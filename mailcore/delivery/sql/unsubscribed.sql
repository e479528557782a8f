-- The mail fact of an unsubscription, while the ledger still has the recipient.
INSERT INTO public.delivery_event (
  id, kind, reseller_id, organisation_id, message_id, recipient_id, stream, from_domain, occurred_at)
SELECT %(event_id)s, 'unsubscribed', m.reseller_id, m.organisation_id, m.id, r.id, m.stream,
       m.from_domain, %(now)s
FROM public.recipient r JOIN public.message m ON m.id = r.message_id
WHERE r.id = %(recipient_id)s
