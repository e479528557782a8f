-- Operating the queue: holds, nodes and shards, lost leases, retention (foundations 11, 20, 22).

-- A new UUIDv7 for a row that SQL itself makes (RFC 9562 §5.7).
CREATE FUNCTION sec.uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(set_bit(set_bit(
  overlay(uuid_send(gen_random_uuid())
          PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
          FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid;

ALTER TABLE public.queue_entry
  ADD held_by text,                          -- who holds it; NULL: the engine itself
  ADD in_session boolean NOT NULL DEFAULT false, -- leased and being sent: nobody takes it away
  ADD losses smallint NOT NULL DEFAULT 0;    -- how often its process ended in its session
-- What is due of the held: its release, or its end.
CREATE INDEX queue_entry_held ON public.queue_entry (LEAST(held_until, expires_at)) WHERE state = 'held';
-- The header is searched for, never sorted by.
CREATE INDEX message_header ON public.message USING hash (message_id);
-- Doubt is rare: an audit finds it without reading every try.
CREATE INDEX attempt_doubt ON public.attempt (recipient_id) WHERE maybe_delivered OR late;

-- The machines that send. A node without a row has one shard and is not drained.
CREATE TABLE public.egress_node (
  node text PRIMARY KEY,
  shards smallint NOT NULL DEFAULT 1 CHECK (shards BETWEEN 1 AND 64),
  drained_at timestamptz,                    -- it claims nothing from then on
  drain_reason text NOT NULL DEFAULT '',
  moves_to text REFERENCES public.egress_node, -- who sends its rows meanwhile
  CHECK (moves_to <> node), CHECK (moves_to IS NULL OR drained_at IS NOT NULL)
);
REVOKE ALL ON public.egress_node FROM livery_app;
GRANT SELECT ON public.egress_node TO livery_app, livery_delivery;
GRANT INSERT, UPDATE ON public.egress_node TO livery_operator;

-- Who owns which shard is for the engine to say.
REVOKE ALL ON public.egress_shard FROM livery_app;
GRANT SELECT ON public.egress_shard TO livery_operator, livery_worker;

-- A site keeps its shard for as long as the node keeps their number.
CREATE FUNCTION sec.shard_of(site text, shards integer) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN shards <= 1 THEN 0
       ELSE ('x' || left(md5(site), 8))::bit(32)::bigint % shards END::smallint;

-- Where a site's rows belong that were meant for `node`: it, or the one that it is drained to.
CREATE FUNCTION sec.place_of(node text, site text) RETURNS TABLE (home text, shard smallint)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT coalesce(home.node, place_of.node), sec.shard_of(place_of.site, coalesce(home.shards, 1))
  FROM (VALUES (place_of.node)) AS asked (node)
  LEFT JOIN public.egress_node own ON own.node = asked.node
  LEFT JOIN public.egress_node home ON home.node = coalesce(own.moves_to, own.node);
END;

-- How the days ended that are no longer kept: the books of before.
CREATE TABLE public.ledger_day (
  day date NOT NULL, status text NOT NULL, recipients bigint NOT NULL,
  PRIMARY KEY (day, status)
);
REVOKE ALL ON public.ledger_day FROM livery_app;
GRANT SELECT ON public.ledger_day TO livery_operator, livery_delivery;

-- Drop the oldest partition whose time is over on `today`; its name, or NULL when there is none.
-- Bodies 7 days after the last outcome, attempts 30 days, everything else 90; nothing of which a
-- recipient is queued, and no event that a reader has not read.
CREATE FUNCTION sec.drop_old_partition(today date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $body$
DECLARE part record;
BEGIN
  -- Whoever waits for our lock makes everybody else wait: rather try again later.
  PERFORM set_config('lock_timeout', '2s', true);
  FOR part IN
    SELECT c.relname AS name, p.relname AS parent, d.day,
           sec.uuid_at(d.day::timestamp AT TIME ZONE 'UTC') AS first,
           sec.uuid_at((d.day + 1)::timestamp AT TIME ZONE 'UTC') AS beyond
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
    JOIN (VALUES ('message_body', 7), ('attempt', 30), ('message', 90), ('recipient', 90),
                 ('delivery_event', 90)) AS kept (parent, days) ON kept.parent = p.relname
    CROSS JOIN LATERAL (SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day) AS d
    WHERE p.relnamespace = 'public'::regnamespace AND d.day < today - kept.days
    -- Recipients before their events: an audit counts both.
    ORDER BY d.day, p.relname = 'delivery_event', p.relname
  LOOP
    IF sec.is_needed(part.parent, part.name, part.first, part.beyond, today) THEN
      CONTINUE;
    END IF;
    IF part.parent = 'recipient' THEN
      INSERT INTO public.ledger_day (day, status, recipients)
      SELECT part.day, r.status, count(*) FROM public.recipient r
      WHERE r.id >= part.first AND r.id < part.beyond GROUP BY r.status
      ON CONFLICT (day, status) DO UPDATE SET recipients = EXCLUDED.recipients;
    END IF;
    EXECUTE format('DROP TABLE public.%I', part.name);
    RETURN part.name;
  END LOOP;
  RETURN NULL;
END $body$;

-- Whether something still asks for the rows of a partition.
CREATE FUNCTION sec.is_needed(parent text, name text, first uuid, beyond uuid, today date)
RETURNS boolean LANGUAGE plpgsql STABLE AS $body$
DECLARE needed boolean;
BEGIN
  CASE parent
    WHEN 'message_body' THEN
      RETURN EXISTS (
        SELECT FROM public.recipient r WHERE r.message_id >= first AND r.message_id < beyond
          AND (r.status = 'queued' OR r.final_at >= (today - 7)::timestamp AT TIME ZONE 'UTC'));
    WHEN 'message' THEN
      RETURN EXISTS (
        SELECT FROM public.recipient r WHERE r.message_id >= first AND r.message_id < beyond
          AND (r.status = 'queued' OR r.id >= sec.uuid_at((today - 90)::timestamp AT TIME ZONE 'UTC')));
    WHEN 'recipient' THEN
      RETURN EXISTS (
        SELECT FROM public.recipient r WHERE r.id >= first AND r.id < beyond AND r.status = 'queued');
    WHEN 'attempt' THEN
      EXECUTE format('SELECT EXISTS (SELECT FROM public.%I a'
                     ' JOIN public.queue_entry q ON q.recipient_id = a.recipient_id)', name)
      INTO needed;
      RETURN needed;
    WHEN 'delivery_event' THEN
      EXECUTE format('SELECT EXISTS (SELECT FROM public.delivery_cursor c WHERE EXISTS ('
                     ' SELECT FROM public.%1$I e WHERE (e.xid, e.seq) > (c.xid, c.seq)))'
                     ' OR EXISTS (SELECT FROM public.%1$I e'
                     ' JOIN public.queue_entry q ON q.recipient_id = e.recipient_id)', name)
      INTO needed;
      RETURN needed;
  END CASE;
END $body$;
REVOKE EXECUTE ON FUNCTION sec.is_needed(text, text, uuid, uuid, date) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION sec.drop_old_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.drop_old_partition(date) TO livery_worker;
