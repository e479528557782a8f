-- In one round trip: whose these logins are, with the reseller's key that seals their mail; which of
-- the domains are hosted here (rows without a mailbox); and which of the logins' recipients
-- (`senders` and `addresses`, pair by pair) get no mail at all (rows with a reason).
WITH owner AS MATERIALIZED (
  SELECT m.address, m.reseller_id, m.organisation_id, m.public_id, k.key_id, k.wrapped
  FROM unnest(%(logins)s::text[]) AS wanted (address)
  JOIN public.mailbox_login m ON m.address = wanted.address
  JOIN public.reseller_key k ON k.reseller_id = m.reseller_id AND k.is_current
)
SELECT address AS name, reseller_id, organisation_id, public_id, key_id, wrapped, NULL AS reason FROM owner
UNION ALL
SELECT hosted, NULL, NULL, NULL, NULL, NULL, NULL FROM sec.hosted_among(%(domains)s::text[]) AS hosted
UNION ALL
SELECT found.address, asked.reseller_id, NULL, NULL, NULL, NULL, found.reason
FROM (SELECT o.reseller_id, array_agg(DISTINCT g.address) AS addresses
      FROM unnest(%(senders)s::text[], %(addresses)s::text[]) AS g (login, address)
      JOIN owner AS o ON o.address = g.login GROUP BY 1) AS asked
CROSS JOIN LATERAL sec.suppressed_among(asked.reseller_id, 'mailbox', asked.addresses) AS found
