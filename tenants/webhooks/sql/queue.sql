-- Deliveries that wait from now on; one that is there already stays as it is.
INSERT INTO public.webhook_delivery (
  public_id, reseller_id, endpoint_id, event_id, event_type, body, state, created_at, due_at,
  give_up_at, attempts, lease_seq, last_error, tries)
SELECT public_id, reseller_id, endpoint_id, event_id, event_type, body, 'waiting', %(now)s, %(now)s,
       %(give_up_at)s, 0, 0, '', '[]'
FROM unnest(%(public_id)s::uuid[], %(reseller_id)s::uuid[], %(endpoint_id)s::uuid[],
            %(event_id)s::uuid[], %(event_type)s::text[], %(body)s::text[])
  AS d (public_id, reseller_id, endpoint_id, event_id, event_type, body)
ON CONFLICT (endpoint_id, event_id) DO NOTHING
