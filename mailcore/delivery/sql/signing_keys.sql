-- Read as role signer, which alone may see sealed_key; not again of keys that are known.
SELECT public_id, selector, CASE WHEN public_id <> ALL (%(known)s) THEN sealed_key END
FROM public.signing_key
WHERE domain = %(domain)s AND reseller_id = ANY (%(owners)s) AND state = 'active'
ORDER BY algorithm DESC, selector
