-- Between claim and sending: what is suppressed ends here, what belongs to a paused stream or comes from
-- somebody whom a hold keeps from sending is held, and for a while what goes to a mailbox here that takes none.
-- A person's mail to a globally suppressed address is only named: its sender is told by a DSN.
WITH wanted AS MATERIALIZED (
  SELECT * FROM unnest(
    %(recipients)s::uuid[], %(sequences)s::integer[], %(resellers)s::uuid[], %(streams)s::text[],
    %(domains)s::text[], %(logins)s::text[], %(events)s::uuid[],
    %(addresses)s::text[], %(sites)s::text[])
    WITH ORDINALITY AS w (
      recipient_id, lease_seq, reseller_id, stream, from_domain, login, event_id, address, site, place)
), barred AS MATERIALIZED (
  SELECT w.*, s.scope, s.reason
  FROM sec.suppressed_each(%(resellers)s::uuid[], %(streams)s::text[], %(addresses)s::text[]) s
  JOIN wanted w USING (place)
), removed AS (
  DELETE FROM public.queue_entry q USING barred b
  WHERE b.stream <> 'mailbox' AND q.recipient_id = b.recipient_id
    AND q.lease_seq = b.lease_seq AND q.state = 'leased'
  RETURNING q.recipient_id, q.attempts - 1 AS attempts
), kept_back AS (
  SELECT w.recipient_id, w.lease_seq, 'stream paused: ' || p.reason AS reason,
         CASE p.side WHEN 'operator' THEN 1 WHEN 'signals' THEN 2 ELSE 3 END AS rank,
         NULL::timestamptz AS until
  FROM wanted w JOIN public.stream_pause p USING (reseller_id, stream)
  WHERE p.state = 'paused' AND (p.until IS NULL OR p.until > %(now)s)
  UNION ALL
  SELECT w.recipient_id, w.lease_seq, 'hold: ' || h.kind, 0, NULL
  FROM wanted w JOIN public.hold h USING (reseller_id)
  WHERE h.lifted_at IS NULL AND 'send' = ANY (h.scopes) AND w.stream <> 'system'
    AND CASE h.object_kind WHEN 'domain' THEN h.name = w.from_domain WHEN 'mailbox' THEN h.name = w.login ELSE true END
  UNION ALL
  SELECT w.recipient_id, w.lease_seq, 'the recipient is on hold', 4, %(again)s
  FROM wanted w
  JOIN public.mailbox_login m ON m.address = lower(regexp_replace(w.address, '^([^+@]+)\+[^@]*@', '\1@'))
  WHERE w.site = 'local' AND m.state <> 'deleted' AND 'receive' = ANY (m.on_hold)
), paused AS MATERIALIZED (
  SELECT DISTINCT ON (k.recipient_id) k.* FROM kept_back k
  WHERE NOT EXISTS (SELECT FROM barred b WHERE b.recipient_id = k.recipient_id)
  ORDER BY k.recipient_id, k.rank
), held AS (
  UPDATE public.queue_entry q
  SET state = 'held', held_reason = p.reason, held_until = p.until, lease_until = NULL,
      attempts = GREATEST(attempts - 1, 0)
  FROM paused p
  WHERE q.recipient_id = p.recipient_id AND q.lease_seq = p.lease_seq AND q.state = 'leased'
), ledger AS (
  UPDATE public.recipient r
  SET status = 'suppressed', final_at = %(now)s, final_enhanced = '5.7.1', attempts = d.attempts,
      final_text = 'suppressed (' || b.scope || '): ' || b.reason
  FROM removed d JOIN barred b USING (recipient_id)
  WHERE r.id = d.recipient_id AND r.status = 'queued'
  RETURNING r.id, r.message_id
), told AS (
  INSERT INTO public.delivery_event (
    id, kind, reseller_id, organisation_id, message_id, recipient_id, stream, from_domain,
    occurred_at, data)
  SELECT b.event_id, 'suppressed', b.reseller_id, m.organisation_id, m.id, l.id, m.stream,
         m.from_domain, %(now)s, jsonb_build_object('scope', b.scope, 'reason', b.reason)
  FROM ledger l JOIN barred b ON b.recipient_id = l.id JOIN public.message m ON m.id = l.message_id
)
SELECT recipient_id, stream = 'mailbox' AS is_personal, reason FROM barred
UNION ALL
SELECT recipient_id, false, reason FROM paused
