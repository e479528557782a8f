-- Messages with everything that belongs to them, in one statement: all of a batch, or nothing.
-- m_…: one element per message; r_…: one per recipient.
WITH message AS (
  INSERT INTO public.message (
    id, reseller_id, organisation_id, stream, submitter, envelope_from, from_domain, size,
    is_smtputf8, is_8bit, dsn_ret, dsn_envid, message_id, accepted_at)
  SELECT * FROM unnest(
    %(m_id)s::uuid[], %(m_reseller)s::uuid[], %(m_organisation)s::uuid[], %(m_stream)s::text[],
    %(m_submitter)s::text[], %(m_sender)s::text[], %(m_from_domain)s::text[], %(m_size)s::int[],
    %(m_smtputf8)s::bool[], %(m_8bit)s::bool[], %(m_ret)s::text[], %(m_envid)s::text[],
    %(m_message_id)s::text[], %(m_at)s::timestamptz[])
), body AS (
  INSERT INTO public.message_body (id, reseller_id, body)
  SELECT * FROM unnest(%(m_id)s::uuid[], %(m_reseller)s::uuid[], %(m_body)b::bytea[])
), given AS MATERIALIZED (
  SELECT * FROM unnest(
    %(r_id)s::uuid[], %(r_message)s::uuid[], %(r_reseller)s::uuid[], %(r_organisation)s::uuid[],
    %(r_address)s::text[], %(r_domain)s::text[], %(r_notify)s::text[], %(r_orcpt)s::text[],
    %(r_site)s::text[], %(r_stream)s::text[], %(r_from_domain)s::text[], %(r_prio)s::smallint[],
    %(r_at)s::timestamptz[], %(r_expires)s::timestamptz[], %(r_event)s::uuid[])
  AS g (id, message_id, reseller_id, organisation_id, address, domain, dsn_notify, dsn_orcpt,
        site, stream, from_domain, prio, at, expires_at, event_id)
), recipient AS (
  INSERT INTO public.recipient (id, message_id, reseller_id, address, domain, dsn_notify, dsn_orcpt)
  SELECT id, message_id, reseller_id, address, domain, dsn_notify, dsn_orcpt FROM given
), pair AS (
  -- Sorted: two writers that insert the same pairs in different orders would deadlock.
  INSERT INTO public.active_pair (node, shard, pool, site, reseller_id)
  SELECT DISTINCT %(node)s::text, 0::smallint, 'default', site, reseller_id FROM given
  ORDER BY 4, 5
  ON CONFLICT DO NOTHING
), entry AS (
  INSERT INTO public.queue_entry (
    recipient_id, message_id, reseller_id, node, shard, pool, site, prio, due, expires_at)
  SELECT id, message_id, reseller_id, %(node)s::text, 0, 'default', site, prio, at, expires_at
  FROM given
)
INSERT INTO public.delivery_event (
  id, kind, reseller_id, organisation_id, message_id, recipient_id, stream, from_domain,
  occurred_at)
SELECT event_id, 'received', reseller_id, organisation_id, message_id, id, stream, from_domain, at
FROM given
