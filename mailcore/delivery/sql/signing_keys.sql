-- Read as role signer, which alone may see sealed_key; not again of keys that are known. Who gave a domain away
-- has mail in the queue that was accepted before: it leaves signed like all mail of the domain.
SELECT public_id, selector, CASE WHEN public_id <> ALL (%(known)s) THEN sealed_key END
FROM public.signing_key
WHERE domain = %(domain)s AND state = 'active' AND (reseller_id = ANY (%(owners)s) OR EXISTS (
  SELECT FROM public.hand_over h WHERE h.domain = %(domain)s AND h.state = 'accepted'
    AND h.reseller_id = ANY (%(owners)s) AND h.ended_at > now() - interval '7 days'))
ORDER BY algorithm DESC, selector
