-- Recipients of the current reseller's mail by stream, day (UTC) and what became of them.
SELECT stream, (hour AT TIME ZONE 'UTC')::date AS day,
       coalesce(sum(quantity) FILTER (WHERE event = 'received'), 0)::bigint AS accepted,
       coalesce(sum(quantity) FILTER (WHERE event = 'delivered'), 0)::bigint AS delivered,
       coalesce(sum(quantity) FILTER (WHERE event IN ('bounced', 'bounced_late')), 0)::bigint AS bounced,
       coalesce(sum(quantity) FILTER (WHERE event = 'expired'), 0)::bigint AS expired,
       coalesce(sum(quantity) FILTER (WHERE event = 'suppressed'), 0)::bigint AS suppressed,
       coalesce(sum(quantity) FILTER (WHERE event = 'complained'), 0)::bigint AS complained
FROM public.delivery_hour
WHERE reseller_id = %(reseller)s AND hour >= %(since)s
GROUP BY 1, 2 ORDER BY 1, 2
