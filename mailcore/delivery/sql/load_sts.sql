SELECT domain, policy_id, body AS text, expires_at FROM public.sts_policy
WHERE expires_at > %(now)s ORDER BY expires_at DESC LIMIT 50000
