-- After fresh_facts: each fact is added to its hour (UTC).
, summed AS (
  SELECT reseller_id, date_trunc('hour', occurred_at, 'UTC') AS hour, from_domain,
         coalesce(data->>'provider', '') AS provider, stream, kind AS event,
         coalesce(data->>'kind', '') AS kind, count(*) AS quantity,
         sum(coalesce((data->>'waited')::double precision, 0)) AS waited
  FROM fresh GROUP BY 1, 2, 3, 4, 5, 6, 7
), added AS (
  INSERT INTO public.delivery_hour AS h (
    reseller_id, hour, from_domain, provider, stream, event, kind, quantity, waited)
  SELECT * FROM summed ORDER BY 1, 2, 3, 4, 5, 6, 7
  ON CONFLICT (reseller_id, hour, from_domain, provider, stream, event, kind) DO UPDATE
  SET quantity = h.quantity + EXCLUDED.quantity, waited = h.waited + EXCLUDED.waited
)
SELECT * FROM reach
