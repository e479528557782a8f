-- In one round trip: whose these logins are, with the reseller's key that seals their mail, and
-- which of the recipients' domains are hosted here (rows without a reseller).
SELECT m.address AS name, m.reseller_id, m.organisation_id, k.key_id, k.wrapped
FROM unnest(%(logins)s::text[]) AS wanted (address)
JOIN public.mailbox_login m ON m.address = wanted.address
JOIN public.reseller_key k ON k.reseller_id = m.reseller_id AND k.is_current
UNION ALL
SELECT hosted, NULL, NULL, NULL, NULL FROM sec.hosted_among(%(domains)s::text[]) AS hosted
