SELECT id, body FROM public.message_body
WHERE id = ANY (%(ids)s::uuid[]) AND id BETWEEN %(first)s AND %(last)s
