-- Look at the newest messages of a reseller, of one organisation or of one domain, between two ids, and return those
-- that fit. What an index finds stands inside, so that nobody else's messages are looked at. One row comes at least:
-- `looked` at how many, and the last one, also when none fits.
WITH looked AS MATERIALIZED (
  SELECT id, message_id, stream, submitter, from_domain, envelope_from, size, accepted_at, dsn_envid
  FROM public.message
  WHERE reseller_id = %(reseller)s AND id >= %(above)s AND id < %(below)s
    AND (%(organisation)s::uuid IS NULL OR organisation_id = %(organisation)s)
    AND (%(from_domain)s::text IS NULL OR from_domain = %(from_domain)s)
    AND (%(headers)s::text[] IS NULL OR message_id = ANY (%(headers)s::text[]))
    AND (%(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s::uuid[]))
  ORDER BY id DESC LIMIT %(scan)s
)
SELECT (SELECT count(*) FROM looked) AS looked, (SELECT id FROM looked ORDER BY id LIMIT 1) AS last,
       f.id, f.message_id, f.stream, f.submitter, f.from_domain, f.envelope_from, f.size, f.accepted_at, f.dsn_envid
FROM (VALUES (true)) AS one (row) LEFT JOIN looked f
  ON (%(stream)s::text IS NULL OR f.stream = %(stream)s)
  AND (%(sender)s::text IS NULL OR f.submitter = %(sender)s)
  AND (%(reference)s::text IS NULL OR f.dsn_envid = %(reference)s)
ORDER BY f.id DESC
