-- A waiting row that a process had claimed is taken away from it: its lease no longer fits.
WITH held AS (
  UPDATE public.queue_entry
  SET attempts = GREATEST(attempts - (state = 'leased')::int, 0), state = 'held',
      held_reason = %(reason)s, held_by = %(actor)s, held_until = %(until)s,
      lease_until = NULL, lease_by = NULL, lease_seq = lease_seq + 1
  WHERE recipient_id = ANY (%(ids)s)
  RETURNING reseller_id
)
SELECT reseller_id, count(*) FROM held GROUP BY 1
