-- Queue, ledger and event together; a process that had claimed a row finds that it is gone.
WITH removed AS (
  DELETE FROM public.queue_entry WHERE recipient_id = ANY (%(ids)s)
  RETURNING recipient_id, message_id, reseller_id,
            GREATEST(attempts - (state = 'leased')::int, 0) AS attempts
), ledger AS (
  UPDATE public.recipient p
  SET status = 'cancelled', final_at = %(now)s, final_text = %(reason)s, attempts = removed.attempts
  FROM removed WHERE p.id = removed.recipient_id AND p.status = 'queued'
), told AS (
  INSERT INTO public.delivery_event (
    id, kind, reseller_id, organisation_id, message_id, recipient_id, stream, from_domain,
    occurred_at, data)
  SELECT sec.uuid7(), 'cancelled', q.reseller_id, m.organisation_id, m.id, q.recipient_id, m.stream,
         m.from_domain, %(now)s,
         jsonb_build_object('reason', %(reason)s::text, 'actor', %(actor)s::text, 'attempt', q.attempts)
  FROM removed q JOIN public.message m ON m.id = q.message_id
)
SELECT reseller_id, count(*) FROM removed GROUP BY 1
