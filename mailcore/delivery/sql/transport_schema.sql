-- What is kept of TLS to other people's servers. Neither belongs to a reseller.

-- MTA-STS policies as fetched (RFC 8461): a lost DNS record or a restart opens no way around them.
CREATE TABLE public.sts_policy (
  domain text PRIMARY KEY,
  policy_id text NOT NULL,
  body text NOT NULL,
  expires_at timestamptz NOT NULL
);

-- Sessions by day (UTC), counted for TLS reports (RFC 8460 §4.2). `result` is empty for success.
CREATE TABLE public.tls_result (
  day date NOT NULL,
  policy_domain text NOT NULL,
  policy_type text NOT NULL CHECK (policy_type IN ('sts', 'tlsa', 'no-policy-found')),
  result text NOT NULL,
  mx text NOT NULL,
  source text NOT NULL,
  sessions bigint NOT NULL,
  PRIMARY KEY (day, policy_domain, policy_type, result, mx, source)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON public.sts_policy, public.tls_result TO livery_delivery;
GRANT SELECT ON public.sts_policy, public.tls_result TO livery_operator;
