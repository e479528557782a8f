SELECT wrapped, reseller_id FROM public.reseller_key WHERE key_id = %(key_id)s
