-- Messages with everything that belongs to them, in one statement: all of a batch, or nothing.
-- m_…: one element per message; r_…: one per recipient, with its message's place in the batch.
WITH message AS (
  INSERT INTO public.message (
    id, reseller_id, organisation_id, stream, submitter, envelope_from, from_domain, size,
    is_smtputf8, is_8bit, dsn_ret, dsn_envid, message_id, accepted_at, body_hash, require_tls)
  SELECT * FROM unnest(
    %(m_id)s::uuid[], %(m_reseller)s::uuid[], %(m_organisation)s::uuid[], %(m_stream)s::text[],
    %(m_submitter)s::text[], %(m_sender)s::text[], %(m_from_domain)s::text[], %(m_size)s::int[],
    %(m_smtputf8)s::bool[], %(m_8bit)s::bool[], %(m_ret)s::text[], %(m_envid)s::text[],
    %(m_message_id)s::text[], %(m_at)s::timestamptz[], %(m_body_hash)b::bytea[],
    %(m_require_tls)s::bool[])
), body AS (
  INSERT INTO public.message_body (id, reseller_id, body)
  SELECT * FROM unnest(%(m_id)s::uuid[], %(m_reseller)s::uuid[], %(m_body)b::bytea[])
  RETURNING id
), given AS MATERIALIZED (
  SELECT * FROM unnest(
    %(r_id)s::uuid[], %(r_message)s::uuid[], %(r_place)s::int[], %(r_mailbox)s::uuid[],
    %(r_reseller)s::uuid[], %(r_organisation)s::uuid[], %(r_address)s::text[], %(r_domain)s::text[],
    %(r_notify)s::text[], %(r_orcpt)s::text[], %(r_site)s::text[], %(r_stream)s::text[],
    %(r_from_domain)s::text[], %(r_prio)s::smallint[], %(r_at)s::timestamptz[],
    %(r_expires)s::timestamptz[], %(r_event)s::uuid[], %(r_next_event)s::uuid[],
    %(r_code)s::int[], %(r_enhanced)s::text[], %(r_refusal)s::text[], %(r_deliver_to)s::text[])
  AS g (id, message_id, place, mailbox_id, reseller_id, organisation_id, address, domain,
        dsn_notify, dsn_orcpt, site, stream, from_domain, prio, at, expires_at, event_id,
        next_event_id, code, enhanced, refusal, deliver_to)
), lane AS MATERIALIZED (
  -- Where the mail of a reseller's stream leaves from, and why it stands still if it does.
  SELECT reseller_id, stream, pool, sec.node_of(pool, %(node)s) AS node,
         sec.is_spread(pool) AS is_spread, sec.paused_stream(reseller_id, stream) AS pause
  FROM (SELECT reseller_id, stream, sec.pool_of(reseller_id, stream) AS pool
        FROM (SELECT DISTINCT reseller_id, stream FROM given) AS known OFFSET 0) AS pooled
), suppressed AS MATERIALIZED (
  -- A person's mail is refused with a notice before it comes here (foundations 27).
  SELECT asked.id[found.place] AS id, found.scope, found.reason
  FROM (SELECT array_agg(id) AS id, array_agg(reseller_id) AS resellers, array_agg(stream) AS streams,
               array_agg(address) AS addresses
        FROM given WHERE stream <> 'mailbox' AND refusal IS NULL HAVING count(*) > 0) AS asked
  CROSS JOIN LATERAL sec.suppressed_each(asked.resellers, asked.streams, asked.addresses) AS found
), judged AS MATERIALIZED (
  SELECT g.*, s.scope AS suppressed_by, s.reason AS suppressed_for,
         CASE WHEN g.refusal IS NOT NULL THEN 'bounced'
              WHEN s.id IS NOT NULL THEN 'suppressed' ELSE 'queued' END AS status
  FROM given AS g LEFT JOIN suppressed AS s USING (id)
), recipient AS (
  INSERT INTO public.recipient (
    id, message_id, reseller_id, address, domain, dsn_notify, dsn_orcpt, status, final_at,
    final_code, final_enhanced, final_text, deliver_to)
  SELECT id, message_id, reseller_id, address, domain, dsn_notify, dsn_orcpt, status,
         CASE WHEN status <> 'queued' THEN at END, code,
         CASE status WHEN 'suppressed' THEN '5.7.1' ELSE enhanced END,
         coalesce(refusal, 'suppressed (' || suppressed_by || '): ' || suppressed_for), deliver_to
  FROM judged
  RETURNING id
), told AS MATERIALIZED (
  -- What a person's mail counts for, recipient by recipient.
  SELECT j.place, j.mailbox_id, j.reseller_id, j.organisation_id, (j.at AT TIME ZONE 'UTC')::date AS day,
         hashtextextended(lower(j.address), 0) AS address_hash,
         row_number() OVER same AS nth, min(j.place) OVER same AS first_place
  FROM judged AS j WHERE j.mailbox_id IS NOT NULL AND j.status = 'queued'
  WINDOW same AS (PARTITION BY j.mailbox_id, lower(j.address) ORDER BY j.place)
), stranger AS MATERIALIZED (
  -- `met_at`: with which message of the batch a stranger was met; NULL for acquaintances.
  SELECT t.*, c.since IS NULL AND t.nth = 1 AS is_new,
         CASE WHEN c.since IS NULL THEN t.first_place WHEN c.since > t.day THEN t.place END AS met_at
  FROM told AS t LEFT JOIN public.correspondent AS c USING (mailbox_id, address_hash)
), cost AS MATERIALIZED (
  SELECT place, mailbox_id, reseller_id, organisation_id, day, max(met_at) AS met_at,
         count(*) AS recipients, count(*) FILTER (WHERE is_new) AS new_recipients
  FROM stranger GROUP BY 1, 2, 3, 4, 5
), usage AS (
  -- The row is locked until the commit, which other batches with this mailbox wait for. So the
  -- larger part of the work is done before, and the rows are locked in one order.
  INSERT INTO public.mailbox_usage AS u (
    mailbox_id, day, reseller_id, messages, recipients, new_recipients)
  SELECT mailbox_id, day, reseller_id, count(*), sum(recipients), sum(new_recipients) FROM cost
  WHERE (SELECT count(*) FROM body) + (SELECT count(*) FROM recipient) > 0
  GROUP BY 1, 2, 3 ORDER BY 1, 2
  ON CONFLICT (mailbox_id, day) DO UPDATE
  SET messages = u.messages + excluded.messages, recipients = u.recipients + excluded.recipients,
      new_recipients = u.new_recipients + excluded.new_recipients
  RETURNING mailbox_id, day, messages, recipients, new_recipients
), running AS (
  -- What the day comes to with each message, those before it in this batch included.
  SELECT c.*, coalesce(l.messages, %(limit_messages)s) AS most_messages,
         coalesce(l.recipients, %(limit_recipients)s) AS most_recipients,
         coalesce(l.new_recipients, %(limit_new_recipients)s) AS most_new,
         u.messages - count(*) OVER later AS sum_messages,
         u.recipients - coalesce(sum(c.recipients) OVER later, 0) AS sum_recipients,
         u.new_recipients - coalesce(sum(c.new_recipients) OVER later, 0) AS sum_new
  FROM cost AS c JOIN usage AS u USING (mailbox_id, day)
  LEFT JOIN public.sending_limit AS l ON l.reseller_id = c.reseller_id
  WINDOW later AS (PARTITION BY c.mailbox_id, c.day ORDER BY c.place DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), held AS MATERIALIZED (
  -- Each further amount of a limit waits a day longer, so that midnight opens no flood.
  SELECT r.place, r.mailbox_id, r.reseller_id, r.organisation_id, r.day, over.reason, over.is_first,
         (r.day + over.days)::timestamp AT TIME ZONE 'UTC' AS until
  FROM running AS r LEFT JOIN running AS n ON n.place = r.met_at CROSS JOIN LATERAL (
    SELECT reason, days::int, before <= most AS is_first FROM (VALUES
      ('limit.messages', (r.sum_messages - 1) / r.most_messages, r.sum_messages - 1, r.most_messages),
      ('limit.recipients', div(r.sum_recipients - 1, r.most_recipients),
       r.sum_recipients - r.recipients, r.most_recipients),
      ('limit.new_recipients', div(n.sum_new - 1, n.most_new),
       n.sum_new - CASE WHEN n.place = r.place THEN n.new_recipients ELSE 0 END, n.most_new)
    ) AS kind (reason, days, before, most)
    WHERE days > 0 ORDER BY days DESC, reason LIMIT 1) AS over
  -- Nearly always nobody: then nothing of the above is worked out.
  WHERE r.sum_messages > r.most_messages OR r.sum_recipients > r.most_recipients
     OR r.sum_new > r.most_new
), known AS (
  INSERT INTO public.correspondent (mailbox_id, address_hash, reseller_id, since)
  SELECT s.mailbox_id, s.address_hash, s.reseller_id, coalesce((h.until AT TIME ZONE 'UTC')::date, s.day)
  FROM stranger AS s LEFT JOIN held AS h USING (place)
  WHERE s.is_new ORDER BY 1, 2
  ON CONFLICT DO NOTHING
), alarm AS (
  -- Once per mailbox, day and limit: somebody may have the password.
  INSERT INTO public.outbox (
    public_id, type, version, reseller_id, actor, subject, occurred_at, data, trace_id, attempts, due_at, error)
  SELECT m.alarm_id, 'mailbox.limit_reached', 1, h.reseller_id, '{"kind": "system", "id": "system"}',
         'mailbox:' || h.mailbox_id, m.at,
         jsonb_build_object('mailbox_id', h.mailbox_id, 'organisation_id', h.organisation_id,
                            'address', m.submitter, 'limit', h.reason, 'day', h.day),
         '', 0, m.at, ''
  FROM held AS h JOIN unnest(%(m_submitter)s::text[], %(m_at)s::timestamptz[], %(m_alarm)s::uuid[])
    WITH ORDINALITY AS m (submitter, at, alarm_id, place) USING (place)
  WHERE h.is_first
), queued AS MATERIALIZED (
  SELECT j.id, j.message_id, j.reseller_id, j.site, j.prio, j.at, j.expires_at, l.pool,
         p.home AS node, p.shard,
         coalesce(h.reason, 'stream paused: ' || l.pause) AS held_reason, h.until AS held_until,
         j.organisation_id, j.stream, j.from_domain, j.next_event_id
  FROM judged AS j JOIN lane AS l USING (reseller_id, stream) LEFT JOIN held AS h USING (place)
  CROSS JOIN LATERAL sec.place_of(
    CASE WHEN j.site = 'local' THEN %(node)s::text
         WHEN l.is_spread THEN sec.home_of(l.pool, j.site, j.reseller_id, NULL)
         ELSE l.node END, j.site) AS p
  WHERE j.status = 'queued'
), pair AS (
  -- Sorted: two writers that insert the same pairs in different orders would deadlock.
  INSERT INTO public.active_pair (node, shard, pool, site, reseller_id)
  SELECT DISTINCT node, shard, pool, site, reseller_id FROM queued WHERE held_reason IS NULL
  ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT DO NOTHING
), entry AS (
  INSERT INTO public.queue_entry (
    recipient_id, message_id, reseller_id, node, shard, pool, site, prio, due, expires_at,
    state, held_reason, held_until)
  -- Time in hold does not count against the time for delivery.
  -- Due by the clock that the queue goes by, also when ours is ahead of it.
  SELECT id, message_id, reseller_id, node, shard, pool, site, prio, LEAST(at, clock_timestamp()),
         expires_at + coalesce(held_until - at, interval '0'),
         CASE WHEN held_reason IS NULL THEN 'ready' ELSE 'held' END, held_reason, held_until
  FROM queued
)
INSERT INTO public.delivery_event (
  id, kind, reseller_id, organisation_id, message_id, recipient_id, stream, from_domain,
  occurred_at, data)
SELECT event_id, 'received', reseller_id, organisation_id, message_id, id, stream, from_domain, at, '{}'
FROM judged
UNION ALL
SELECT next_event_id, status, reseller_id, organisation_id, message_id, id, stream, from_domain, at,
       CASE status WHEN 'suppressed'
         THEN jsonb_build_object('scope', suppressed_by, 'reason', suppressed_for)
         ELSE jsonb_build_object('code', code, 'enhanced', enhanced, 'reply', refusal, 'mx', '', 'attempt', 0,
                                 'reason', 'policy', 'kind', 'block', 'scope', 'content') END
FROM judged WHERE status <> 'queued'
UNION ALL
SELECT next_event_id, 'held', reseller_id, organisation_id, message_id, id, stream, from_domain, at,
       jsonb_build_object('reason', held_reason, 'until', held_until)
FROM queued WHERE held_reason IS NOT NULL
