-- One batch of results: queue, evidence and events together; outcomes.sql, in the same transaction, is
-- the ledger's part. A result counts only while its lease does; another is kept as a late attempt.
-- Safe to repeat: the ids were made before, and a row that lies ready counts only for a try that is
-- not stored yet.
WITH result AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(results)s::jsonb) AS x (
    recipient_id uuid, message_id uuid, reseller_id uuid, organisation_id uuid, stream text,
    from_domain text, lease_seq integer, lease_by bigint, attempts integer,
    attempt_id uuid, event_id uuid, started_at timestamptz, ended_at timestamptz,
    source text, mx text, address text, tls text, phase text, code integer, enhanced text,
    reply text, provider text, reason text, kind text, scope text, waited double precision,
    outcome text, maybe_delivered boolean,
    is_final boolean, due timestamptz, maybe_count smallint, delay_notified boolean)
), removed AS (
  -- Row by row, as in hold.sql.
  DELETE FROM public.queue_entry q USING result r
  WHERE r.is_final AND q.recipient_id = ANY (ARRAY[r.recipient_id])
    AND q.lease_seq = r.lease_seq AND q.lease_by = r.lease_by
  RETURNING q.recipient_id, q.lease_seq
), put_back AS (
  UPDATE public.queue_entry q
  SET state = 'ready', lease_until = NULL, in_session = false, losses = 0, due = r.due,
      maybe_delivered = r.maybe_count, delay_notified = r.delay_notified
  FROM result r
  WHERE NOT r.is_final AND q.recipient_id = ANY (ARRAY[r.recipient_id])
    AND q.lease_seq = r.lease_seq AND q.lease_by = r.lease_by AND q.state <> 'held'
    AND (q.state = 'leased' OR NOT EXISTS (
         SELECT FROM public.attempt a WHERE a.id = r.attempt_id
           AND a.id BETWEEN %(first_attempt)s AND %(last_attempt)s))
  RETURNING q.recipient_id, q.lease_seq, q.node, q.shard, q.pool, q.site, q.reseller_id
), pair AS (
  INSERT INTO public.active_pair (node, shard, pool, site, reseller_id)
  SELECT DISTINCT node, shard, pool, site, reseller_id FROM put_back ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT DO NOTHING
), counted AS (
  SELECT recipient_id, lease_seq FROM removed
  UNION ALL SELECT recipient_id, lease_seq FROM put_back
), evidence AS (
  INSERT INTO public.attempt (
    id, recipient_id, reseller_id, lease_seq, started_at, ended_at, source, mx, address, tls,
    phase, code, enhanced, reply, provider, reason, kind, scope, outcome, maybe_delivered, late)
  SELECT attempt_id, recipient_id, reseller_id, lease_seq, started_at, ended_at, source, mx,
         address, tls, phase, code, enhanced, reply, provider, reason, kind, scope, outcome,
         maybe_delivered,
         NOT EXISTS (
           SELECT FROM counted c WHERE c.recipient_id = r.recipient_id AND c.lease_seq = r.lease_seq)
  FROM result r ORDER BY attempt_id
  ON CONFLICT (id) DO NOTHING
), told AS (
  INSERT INTO public.delivery_event (
    id, kind, reseller_id, organisation_id, message_id, recipient_id, stream, from_domain,
    occurred_at, data)
  SELECT event_id, outcome, reseller_id, organisation_id, message_id, recipient_id, stream,
         from_domain, ended_at,
         jsonb_build_object('code', code, 'enhanced', enhanced, 'reply', reply, 'mx', mx,
                            'attempt', attempts, 'phase', phase, 'provider', provider,
                            'reason', reason, 'kind', kind, 'scope', scope,
                            'waited', round(waited::numeric, 3))
  FROM result r JOIN counted USING (recipient_id, lease_seq) ORDER BY event_id
  ON CONFLICT (id) DO NOTHING
)
SELECT recipient_id, lease_seq FROM counted
