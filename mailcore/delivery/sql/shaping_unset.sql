-- Forget a rule file of the operator.
DELETE FROM public.shaping_rule WHERE name = %(name)s
