-- Store a rule file of the operator.
INSERT INTO public.shaping_rule (name, content, changed_at) VALUES (%(name)s, %(content)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET content = excluded.content, changed_at = excluded.changed_at
