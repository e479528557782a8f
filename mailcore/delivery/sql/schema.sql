-- The delivery plane's tables (delivery-plane §3.3, foundations 11, 16, 20-22). Times in UTC.
-- Message, recipient, attempt and body are partitioned by day; the day is read from the UUIDv7.

CREATE FUNCTION sec.uuid_at(t timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid;

CREATE TABLE public.message (
  id uuid PRIMARY KEY,
  reseller_id uuid NOT NULL,
  organisation_id uuid,
  stream text NOT NULL CHECK (stream IN ('mailbox', 'transactional', 'bulk', 'system')),
  submitter text NOT NULL DEFAULT '',        -- the login that submitted it; empty for system mail
  envelope_from text NOT NULL,               -- '' is the null sender
  from_domain text NOT NULL,                 -- domain of the From header: whose keys sign
  size integer NOT NULL,
  is_smtputf8 boolean NOT NULL DEFAULT false,
  is_8bit boolean NOT NULL DEFAULT false,
  dsn_ret text, dsn_envid text,              -- RFC 3461
  message_id text NOT NULL DEFAULT '',       -- the Message-ID header
  accepted_at timestamptz NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX message_reseller ON public.message (reseller_id, id);

CREATE TABLE public.message_body (
  id uuid PRIMARY KEY,                       -- the message's id
  reseller_id uuid NOT NULL,
  body bytea NOT NULL                        -- sealed with the reseller's key, context = id bytes
) PARTITION BY RANGE (id);
ALTER TABLE public.message_body ALTER body SET STORAGE EXTERNAL;

-- The ledger: one row per accepted recipient, exactly one terminal state.
CREATE TABLE public.recipient (
  id uuid PRIMARY KEY,
  message_id uuid NOT NULL,
  reseller_id uuid NOT NULL,
  address text NOT NULL,
  domain text NOT NULL,
  dsn_notify text, dsn_orcpt text,           -- RFC 3461
  status text NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'delivered', 'bounced', 'suppressed', 'expired', 'cancelled')),
  final_at timestamptz, final_code integer, final_enhanced text, final_text text,
  attempts integer NOT NULL DEFAULT 0,
  CHECK ((status = 'queued') = (final_at IS NULL))
) PARTITION BY RANGE (id);
CREATE INDEX recipient_message ON public.recipient (message_id);
CREATE INDEX recipient_reseller ON public.recipient (reseller_id, id);

-- The hot queue: only live rows, deleted on finish.
CREATE TABLE public.queue_entry (
  recipient_id uuid PRIMARY KEY,
  message_id uuid NOT NULL,
  reseller_id uuid NOT NULL,
  node text NOT NULL, shard smallint NOT NULL,
  pool text NOT NULL,
  site text NOT NULL,                        -- 'local' for hosted recipients, else the domain
  prio smallint NOT NULL,                    -- 0 system, 1 mailbox, 2 transactional, 3 bulk
  state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'leased', 'held')),
  held_reason text,
  due timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  maybe_delivered smallint NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL,
  delay_notified boolean NOT NULL DEFAULT false,
  lease_until timestamptz, lease_by bigint, lease_seq integer NOT NULL DEFAULT 0
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01);
CREATE INDEX queue_entry_claim ON public.queue_entry (node, shard, pool, site, reseller_id, prio, due) WHERE state = 'ready';
CREATE INDEX queue_entry_lease ON public.queue_entry (lease_until) WHERE state = 'leased';
CREATE INDEX queue_entry_message ON public.queue_entry (message_id);

CREATE TABLE public.active_pair (
  node text NOT NULL, shard smallint NOT NULL, pool text NOT NULL, site text NOT NULL, reseller_id uuid NOT NULL,
  suspended_until timestamptz,
  PRIMARY KEY (node, shard, pool, site, reseller_id)
);

-- The evidence: one row per try, append-only.
CREATE TABLE public.attempt (
  id uuid PRIMARY KEY,
  recipient_id uuid NOT NULL,
  reseller_id uuid NOT NULL,
  lease_seq integer NOT NULL,
  started_at timestamptz NOT NULL, ended_at timestamptz NOT NULL,
  source text NOT NULL DEFAULT '', mx text NOT NULL DEFAULT '', address text NOT NULL DEFAULT '',
  tls text NOT NULL DEFAULT '',
  phase text NOT NULL,                       -- dns connect ehlo starttls mail rcpt data dot done
  code integer, enhanced text, reply text NOT NULL DEFAULT '',
  outcome text NOT NULL CHECK (outcome IN ('delivered', 'deferred', 'bounced', 'expired')),
  maybe_delivered boolean NOT NULL DEFAULT false,
  late boolean NOT NULL DEFAULT false        -- written by a worker whose lease had passed on
) PARTITION BY RANGE (id);
CREATE INDEX attempt_recipient ON public.attempt (recipient_id);

-- Mail facts for batch readers; cursors stay below pg_snapshot_xmin (foundations 16).
CREATE TABLE public.delivery_event (
  id uuid NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,                        -- received deferred delivered bounced bounced_late expired suppressed complained cancelled
  reseller_id uuid NOT NULL, organisation_id uuid,
  message_id uuid, recipient_id uuid,
  stream text NOT NULL, from_domain text NOT NULL,
  occurred_at timestamptz NOT NULL,
  data jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX delivery_event_cursor ON public.delivery_event (xid, seq);
CREATE INDEX delivery_event_reseller ON public.delivery_event (reseller_id, id);

CREATE TABLE public.delivery_cursor (
  reader text PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT '0', seq bigint NOT NULL DEFAULT 0
);

-- Who runs which share of a node's queue; each claim and finish checks the epoch.
CREATE TABLE public.egress_shard (
  node text NOT NULL, shard smallint NOT NULL,
  epoch bigint NOT NULL DEFAULT 0,
  heartbeat timestamptz NOT NULL DEFAULT 'epoch',
  PRIMARY KEY (node, shard)
);

-- Partitions from `first` for `days` days, for every table that has them; safe to repeat.
CREATE FUNCTION sec.make_partitions(first date, days integer) RETURNS integer
LANGUAGE plpgsql AS $body$
DECLARE d date; t text; made integer := 0;
BEGIN
  FOR d IN SELECT first + n FROM generate_series(0, days - 1) n LOOP
    FOREACH t IN ARRAY ARRAY['message', 'message_body', 'recipient', 'attempt', 'delivery_event'] LOOP
      IF to_regclass(format('public.%I', t || to_char(d, '_YYYYMMDD'))) IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
          t || to_char(d, '_YYYYMMDD'), t,
          sec.uuid_at(d::timestamp AT TIME ZONE 'UTC'), sec.uuid_at((d + 1)::timestamp AT TIME ZONE 'UTC'));
        -- Row security is the parent's: a right on the partition itself would go round it.
        EXECUTE format('REVOKE ALL ON public.%I FROM livery_app, livery_provision', t || to_char(d, '_YYYYMMDD'));
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $body$;
