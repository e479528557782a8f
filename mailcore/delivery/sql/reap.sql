-- Leases that ran out: their worker is gone, or fenced when it comes back. What was in a session
-- may have been sent: that is written down. Otherwise as in recover.sql.
WITH expired AS MATERIALIZED (
  SELECT recipient_id, in_session FROM public.queue_entry
  WHERE state = 'leased' AND lease_until < clock_timestamp()
  ORDER BY lease_until LIMIT 500 FOR UPDATE SKIP LOCKED
), back AS (
  UPDATE public.queue_entry q
  SET lease_until = NULL, in_session = false, losses = q.losses + q.in_session::int,
      -- What was held and only taken to be ended (claim_expired.sql) is held again.
      state = CASE WHEN q.held_reason IS NOT NULL OR q.in_session AND q.losses + 1 >= %(losses)s
                   THEN 'held' ELSE 'ready' END,
      held_reason = CASE WHEN q.in_session AND q.losses + 1 >= %(losses)s THEN 'poison' ELSE q.held_reason END,
      due = CASE WHEN q.in_session AND q.losses + 1 > 1
                 THEN GREATEST(q.due, clock_timestamp() + random() * make_interval(secs => %(spread)s))
                 ELSE q.due END
  FROM expired WHERE q.recipient_id = expired.recipient_id
  RETURNING q.recipient_id, q.reseller_id, q.lease_seq, q.held_reason, expired.in_session AS was_in_session
), evidence AS (
  INSERT INTO public.attempt (
    id, recipient_id, reseller_id, lease_seq, started_at, ended_at, phase, reply, outcome, maybe_delivered)
  SELECT sec.uuid7(), recipient_id, reseller_id, lease_seq, clock_timestamp(), clock_timestamp(), 'dot',
         'the lease ran out in a session: whether it was sent is not known', 'deferred', true
  FROM back WHERE was_in_session
)
SELECT recipient_id, held_reason FROM back
