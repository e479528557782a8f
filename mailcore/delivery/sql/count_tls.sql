-- Counts of one process added to the days'; what is older than 30 days goes.
WITH gone AS (
  DELETE FROM public.tls_result WHERE day < %(today)s::date - 30
)
INSERT INTO public.tls_result (day, policy_domain, policy_type, result, mx, source, sessions)
SELECT day, policy_domain, policy_type, result, mx, source, sessions
FROM jsonb_to_recordset(%(counts)s::jsonb) AS x (
  day date, policy_domain text, policy_type text, result text, mx text, source text, sessions bigint)
ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT (day, policy_domain, policy_type, result, mx, source)
  DO UPDATE SET sessions = tls_result.sessions + excluded.sessions
