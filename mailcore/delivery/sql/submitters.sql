-- Whose these logins are, with the reseller's key that seals their mail.
SELECT m.address, m.reseller_id, m.organisation_id, k.key_id, k.wrapped
FROM unnest(%(logins)s::text[]) AS wanted (address)
JOIN public.mailbox_login m ON m.address = wanted.address
LEFT JOIN public.reseller_key k ON k.reseller_id = m.reseller_id AND k.is_current
