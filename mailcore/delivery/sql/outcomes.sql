-- Outcomes into the ledger, each once. With the bounds in hand the plan has only the days that it is
-- about as targets (decision 0027).
UPDATE public.recipient p
SET status = r.status, final_at = r.final_at, final_code = r.code, final_enhanced = r.enhanced,
    final_text = r.reply, attempts = r.attempts
FROM unnest(
  %(recipients)s::uuid[], %(statuses)s::text[], %(final_at)s::timestamptz[], %(codes)s::int[],
  %(enhanced)s::text[], %(replies)s::text[], %(attempts)s::int[])
  AS r (id, status, final_at, code, enhanced, reply, attempts)
WHERE p.id = r.id AND p.status = 'queued' AND p.id BETWEEN %(first)s AND %(last)s
