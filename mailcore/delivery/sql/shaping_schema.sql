-- Shaping (delivery-plane §3.7): the operator's rules, and what replies changed for a while.

-- Rule files on top of the shipped ones, in the order of their names; the text is TOML.
CREATE TABLE public.shaping_rule (
  name text PRIMARY KEY,
  content text NOT NULL,
  changed_at timestamptz NOT NULL
);

-- The truth of overlays: workers load what is new every few seconds. Empty columns stand for all.
CREATE TABLE public.shaping_overlay (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source text NOT NULL,                      -- the address that mail leaves from
  target text NOT NULL,                      -- a provider, or the hosts of a site
  reseller_id uuid,
  stream text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('suspend', 'rate', 'connections', 'messages_per_connection')),
  origin text NOT NULL CHECK (origin IN ('standing', 'rule')),
  value double precision,                    -- recipients per second, or a number
  level smallint NOT NULL DEFAULT 0,         -- how many suspensions in a row before this one
  cause text NOT NULL,
  changed_at timestamptz NOT NULL,
  until_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (source, target, reseller_id, stream, kind, origin)
);
CREATE INDEX shaping_overlay_changed ON public.shaping_overlay (changed_at);
