UPDATE public.delivery_cursor SET xid = %(xid)s::xid8, seq = %(seq)s WHERE reader = %(reader)s
