-- Whether mail for the domain comes to us: hosted here, or one that bounces come back to.
SELECT kind FROM public.route WHERE domain = %(domain)s AND is_verified
