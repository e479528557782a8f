-- Open alarms whose line was kept for a while.
UPDATE public.delivery_alarm SET recovered_at = %(now)s
WHERE recovered_at IS NULL AND seen_at <= %(quiet_since)s
RETURNING reseller_id, signal, stream, provider, quantity, of, opened_at
