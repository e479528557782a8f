-- Read as role signer, which alone may see sealed_key.
SELECT public_id, reseller_id, selector, sealed_key FROM public.signing_key
WHERE domain = %(domain)s AND reseller_id = ANY (%(owners)s) AND state = 'active'
ORDER BY algorithm DESC, selector
