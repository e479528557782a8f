-- A reseller's suppressions, newest first; row security keeps other resellers' out.
SELECT id, address, scope, reseller_id, stream, reason, note, created_at, until
FROM public.suppression
WHERE (%(stream)s = '' OR stream = %(stream)s)
  AND (%(reason)s = '' OR reason = %(reason)s)
  AND (%(address)s = '' OR address = sec.mail_key(%(address)s))
  AND (%(search)s = '' OR position(sec.mail_key(%(search)s) IN address) > 0)
  AND (%(before)s::uuid IS NULL OR id < %(before)s)
  AND (until IS NULL OR until > %(now)s)
ORDER BY id DESC LIMIT %(limit)s
