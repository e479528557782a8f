-- What came by mail about a message that was delivered: a fact about its recipient, once, and an
-- event that tells of it. The ledger's state stays: late facts are events (delivery-plane §3.3).
WITH known AS (
  SELECT r.id, r.message_id, r.reseller_id, m.organisation_id, m.stream, m.from_domain
  FROM public.recipient r JOIN public.message m ON m.id = r.message_id
  WHERE r.id = %(recipient_id)s
), fact AS (
  INSERT INTO public.delivery_event (
    id, kind, reseller_id, organisation_id, message_id, recipient_id, stream, from_domain,
    occurred_at, data)
  SELECT %(event_id)s, %(kind)s, reseller_id, organisation_id, message_id, id, stream,
         from_domain, %(now)s, %(data)s
  FROM known
  ON CONFLICT DO NOTHING
  RETURNING kind, reseller_id, message_id, recipient_id
)
INSERT INTO public.outbox (
  public_id, type, version, reseller_id, actor, subject, occurred_at, data, trace_id, attempts,
  due_at, error)
SELECT %(outbox_id)s, 'mail.' || kind, 1, reseller_id,
       '{"kind": "system", "id": "feedback"}', recipient_id::text, %(now)s,
       %(data)s::jsonb || jsonb_build_object('message_id', message_id, 'recipient_id', recipient_id),
       '', 0, %(now)s, ''
FROM fact
