-- Scenario `million` of `./livery bench delivery`: further recipients of messages that were really
-- accepted, one after the other over the messages, with all rows that accept.sql makes for a recipient.
-- Not made: what a mailbox sent today and to whom (the bench has no limits).
WITH seed AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY m.id) - 1 AS place, m.id, m.reseller_id, m.organisation_id,
         m.stream, m.from_domain, q.pool, q.node, q.prio, q.expires_at
  FROM public.message m JOIN public.queue_entry q ON q.message_id = m.id
  WHERE m.id = ANY (%(seeds)s)
), given AS MATERIALIZED (
  SELECT given.number, given.domain, seed.*, p.home, p.shard,
         -- UUIDv7 of this moment, as all ids of the ledger are: their day chooses the partition.
         (left(sec.uuid_at(clock_timestamp())::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid
           AS recipient_id,
         (left(sec.uuid_at(clock_timestamp())::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid
           AS event_id
  FROM unnest(%(numbers)s::integer[], %(domains)s::text[]) AS given (number, domain)
  JOIN seed ON seed.place = given.number %% cardinality(%(seeds)s::uuid[])
  CROSS JOIN LATERAL sec.place_of(seed.node, given.domain) AS p
), recipient AS (
  INSERT INTO public.recipient (id, message_id, reseller_id, address, domain)
  SELECT recipient_id, id, reseller_id, 'r' || number || '@' || domain, domain FROM given
), pair AS (
  INSERT INTO public.active_pair (node, shard, pool, site, reseller_id)
  SELECT DISTINCT home, shard, pool, domain, reseller_id FROM given ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT DO NOTHING
), entry AS (
  INSERT INTO public.queue_entry (
    recipient_id, message_id, reseller_id, node, shard, pool, site, prio, due, expires_at)
  SELECT recipient_id, id, reseller_id, home, shard, pool, domain, prio,
         -- In their order, so that neighbours in the queue are of different messages.
         %(at)s::timestamptz + number * interval '1 microsecond', expires_at
  FROM given
)
INSERT INTO public.delivery_event (
  id, kind, reseller_id, organisation_id, message_id, recipient_id, stream, from_domain, occurred_at)
SELECT event_id, 'received', reseller_id, organisation_id, id, recipient_id, stream, from_domain, now()
FROM given
