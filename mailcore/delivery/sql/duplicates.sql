-- Recipients that may have got more than one copy: each try that was answered 250, or broke where
-- nobody knows, is a copy. Without a doubtful try there is at most one.
WITH doubt AS MATERIALIZED (
  SELECT DISTINCT recipient_id FROM public.attempt WHERE maybe_delivered OR late
), told AS (
  SELECT a.recipient_id, count(*) AS copies,
         array_agg(to_char(a.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' ' || CASE
           WHEN a.late THEN 'late lease: the answer came when the lease had passed on'
           WHEN NOT a.maybe_delivered THEN 'delivered'
           WHEN a.mx = '' THEN 'interrupted process: ' || a.reply
           ELSE 'maybe delivered: the connection broke after the final dot' END
           || CASE WHEN a.mx = '' THEN '' ELSE ' (' || a.mx || ')' END ORDER BY a.id) AS causes
  FROM doubt JOIN public.attempt a USING (recipient_id)
  WHERE a.outcome = 'delivered' OR a.maybe_delivered
  GROUP BY a.recipient_id HAVING count(*) > 1
)
SELECT r.id, r.address, told.copies, told.causes, count(*) OVER () AS doubtful
FROM told JOIN public.recipient r ON r.id = told.recipient_id
ORDER BY r.id LIMIT %(limit)s
