-- Every suppression of one address that holds now, the widest first.
SELECT id, address, scope, reseller_id, stream, reason, note, created_at, until
FROM public.suppression
WHERE address = sec.mail_key(%(address)s) AND (until IS NULL OR until > %(now)s)
ORDER BY scope = 'stream', scope = 'reseller', reseller_id, stream
