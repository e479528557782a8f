-- The operator's rule files.
SELECT name, content FROM public.shaping_rule ORDER BY name
