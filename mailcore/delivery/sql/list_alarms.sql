-- Open alarms first, the newest of each first; as far as row security shows them.
SELECT r.name AS reseller, a.reseller_id, a.signal, a.stream, a.provider, a.quantity, a.of,
       a.opened_at, a.seen_at, a.recovered_at
FROM public.delivery_alarm a JOIN public.reseller r ON r.public_id = a.reseller_id
WHERE a.recovered_at IS NULL OR a.recovered_at > %(since)s
ORDER BY a.recovered_at IS NOT NULL, a.opened_at DESC LIMIT %(limit)s
