-- Which of these recipients set_aside.sql is to look at: mostly none, and this costs little.
SELECT place FROM sec.suppressed_each(%(resellers)s::uuid[], %(streams)s::text[], %(addresses)s::text[])
UNION ALL
SELECT w.place
FROM unnest(%(resellers)s::uuid[], %(streams)s::text[])
  WITH ORDINALITY AS w (reseller_id, stream, place)
JOIN public.stream_pause p USING (reseller_id, stream)
WHERE p.state = 'paused' AND (p.until IS NULL OR p.until > %(now)s)
