SELECT body FROM public.message_body WHERE id = %(message_id)s
