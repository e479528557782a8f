-- Addresses that mail leaves from, pools of them, and their warm-up (delivery-plane §2.5, §2.8).
-- Infrastructure of the operator: resellers read only which pool is theirs.

CREATE TABLE public.egress_source (
  address text PRIMARY KEY CHECK (address = host(address::inet)),
  ehlo text NOT NULL,                        -- its name, forward and back
  node text NOT NULL,                        -- the machine that has the address
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'draining')),
  reason text NOT NULL DEFAULT '',
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- A DNSBL that lists a source, or did: a source is listed while a row has no end.
CREATE TABLE public.egress_listing (
  address text NOT NULL REFERENCES public.egress_source ON DELETE CASCADE,
  zone text NOT NULL,
  evidence text NOT NULL,                    -- the answer's addresses and text
  since timestamptz NOT NULL, seen_at timestamptz NOT NULL, ended_at timestamptz,
  PRIMARY KEY (address, zone)
);

CREATE TABLE public.egress_pool (
  name text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  reseller_id uuid                           -- NULL: shared; else for this reseller alone
);

CREATE TABLE public.pool_member (
  pool text NOT NULL REFERENCES public.egress_pool ON DELETE CASCADE,
  address text NOT NULL REFERENCES public.egress_source ON DELETE CASCADE,
  weight integer NOT NULL DEFAULT 100 CHECK (weight BETWEEN 1 AND 10000),
  providers text[] CHECK (cardinality(providers) > 0),  -- NULL: every provider
  role text NOT NULL DEFAULT 'active' CHECK (role IN ('active', 'standby')),
  PRIMARY KEY (pool, address)
);

CREATE TABLE public.stream_pool (
  reseller_id uuid,                          -- NULL: every reseller that has no row of its own
  stream text NOT NULL CHECK (stream IN ('mailbox', 'transactional', 'bulk', 'system')),
  pool text NOT NULL REFERENCES public.egress_pool,
  UNIQUE NULLS NOT DISTINCT (reseller_id, stream)
);

-- Where an address stands in the calendar of a group of providers; no row: it is warm.
CREATE TABLE public.warmup (
  address text NOT NULL REFERENCES public.egress_source ON DELETE CASCADE,
  provider_group text NOT NULL,
  step integer NOT NULL CHECK (step >= 1),   -- beyond the calendar's end it is warm
  judged_on date NOT NULL,                   -- the last day that was looked at
  verdict text NOT NULL, reason text NOT NULL DEFAULT '',
  PRIMARY KEY (address, provider_group)
);

-- What left an address for a group of providers on a day (UTC), in recipients.
CREATE TABLE public.egress_day (
  address text NOT NULL, provider_group text NOT NULL, day date NOT NULL,
  sent bigint NOT NULL DEFAULT 0, deferred bigint NOT NULL DEFAULT 0, hard bigint NOT NULL DEFAULT 0,
  blocked bigint NOT NULL DEFAULT 0,         -- refused because of the address itself
  overflow bigint NOT NULL DEFAULT 0,        -- beyond the day's cap, because nobody else was there
  PRIMARY KEY (address, provider_group, day)
);

-- The pool of a reseller's stream. PL/pgSQL keeps plans between calls, which acceptance makes per batch.
CREATE FUNCTION sec.pool_of(reseller uuid, stream text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE AS $body$ BEGIN RETURN coalesce(
  (SELECT p.pool FROM public.stream_pool p
   WHERE (p.reseller_id = pool_of.reseller OR p.reseller_id IS NULL) AND p.stream = pool_of.stream
   ORDER BY p.reseller_id NULLS LAST LIMIT 1),
  'default'); END $body$;

-- The node that sends for a pool: the one at hand when it has a source of it, else another that has.
CREATE FUNCTION sec.node_of(pool text, at_hand text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE AS $body$ BEGIN RETURN coalesce(
  (SELECT s.node FROM public.pool_member m JOIN public.egress_source s USING (address)
   WHERE m.pool = node_of.pool AND s.state <> 'suspended'
   GROUP BY s.node ORDER BY s.node = node_of.at_hand DESC, count(*) DESC, s.node LIMIT 1),
  at_hand); END $body$;
