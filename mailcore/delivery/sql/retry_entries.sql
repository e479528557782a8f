WITH hastened AS (
  UPDATE public.queue_entry SET due = %(now)s WHERE recipient_id = ANY (%(ids)s)
  RETURNING reseller_id
)
SELECT reseller_id, count(*) FROM hastened GROUP BY 1
