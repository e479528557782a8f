-- In one round trip, each row with its kind: whose these logins are, with the reseller's key that seals
-- their mail, and whether a hold keeps it from sending; which of the domains are hosted here; the mailboxes behind those of the addresses that are
-- aliases; which logins may write in which other name (`writers` and `names`, pair by pair); and which of
-- the logins' recipients (`senders` and `recipients`, pair by pair) get no mail at all, with the reason.
WITH owner AS MATERIALIZED (
  SELECT m.address, m.reseller_id, m.organisation_id, m.public_id, k.key_id, k.wrapped,
         CASE WHEN 'send' = ANY (m.on_hold) THEN 'held' END AS told
  FROM unnest(%(logins)s::text[]) AS wanted (address)
  JOIN public.mailbox_login m ON m.address = wanted.address
  JOIN public.reseller_key k ON k.reseller_id = m.reseller_id AND k.is_current
)
SELECT 'owner' AS kind, address AS name, told, reseller_id, organisation_id, public_id, key_id, wrapped FROM owner
UNION ALL
SELECT 'hosted', hosted, NULL, NULL, NULL, NULL, NULL, NULL FROM sec.hosted_among(%(domains)s::text[]) AS hosted
UNION ALL
SELECT 'target', address, target, NULL, NULL, NULL, NULL, NULL FROM sec.targets_among(%(addresses)s::text[])
UNION ALL
SELECT 'writer', address, login, NULL, NULL, NULL, NULL, NULL
FROM sec.senders_among(%(writers)s::text[], %(names)s::text[])
UNION ALL
SELECT 'suppressed', found.address, found.reason, asked.reseller_id, NULL, NULL, NULL, NULL
FROM (SELECT o.reseller_id, array_agg(DISTINCT g.address) AS addresses
      FROM unnest(%(senders)s::text[], %(recipients)s::text[]) AS g (login, address)
      JOIN owner AS o ON o.address = g.login GROUP BY 1) AS asked
CROSS JOIN LATERAL sec.suppressed_among(asked.reseller_id, 'mailbox', asked.addresses) AS found
