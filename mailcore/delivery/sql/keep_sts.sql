-- One policy in place of the domain's former; policies that no longer hold go.
WITH gone AS (
  DELETE FROM public.sts_policy WHERE expires_at <= %(now)s AND domain <> %(domain)s
)
INSERT INTO public.sts_policy (domain, policy_id, body, expires_at)
VALUES (%(domain)s, %(policy_id)s, %(text)s, %(expires_at)s)
ON CONFLICT (domain) DO UPDATE
SET policy_id = excluded.policy_id, body = excluded.body, expires_at = excluded.expires_at
