SELECT xid::text, seq FROM public.delivery_cursor WHERE reader = %(reader)s FOR UPDATE
