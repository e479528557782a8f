-- Which of the domains are hosted here (rows without a target), and the mailboxes behind those of the
-- addresses that are aliases.
SELECT hosted AS name, NULL AS target FROM sec.hosted_among(%(domains)s::text[]) AS hosted
UNION ALL
SELECT address, target FROM sec.targets_among(%(addresses)s::text[])
