-- Take up to `batch` due rows: active pairs in order after a cursor, `quantum` rows of each, so
-- that no reseller and no site takes the whole batch (foundations 21). The attempt is counted here.
WITH owner AS MATERIALIZED (
  SELECT FROM public.egress_shard WHERE node = %(node)s AND shard = %(shard)s AND epoch = %(epoch)s
), pair AS MATERIALIZED (
  SELECT site, reseller_id FROM public.active_pair
  WHERE node = %(node)s AND shard = %(shard)s AND pool = %(pool)s
    AND (site, reseller_id) > (%(after_site)s, %(after_reseller)s)
    AND (suspended_until IS NULL OR suspended_until < %(now)s)
    AND NOT site = ANY (%(busy)s)
    AND EXISTS (SELECT FROM owner)
  ORDER BY site, reseller_id LIMIT %(pairs)s
), pick AS MATERIALIZED (
  SELECT due_row.recipient_id FROM pair CROSS JOIN LATERAL (
    SELECT recipient_id FROM public.queue_entry
    WHERE node = %(node)s AND shard = %(shard)s AND pool = %(pool)s
      AND site = pair.site AND reseller_id = pair.reseller_id
      AND state = 'ready' AND due <= %(now)s
    ORDER BY prio, due LIMIT %(quantum)s FOR UPDATE SKIP LOCKED
  ) AS due_row LIMIT %(batch)s
), claimed AS (
  UPDATE public.queue_entry q
  SET state = 'leased', lease_until = clock_timestamp() + make_interval(secs => %(lease)s),
      lease_by = %(epoch)s, lease_seq = lease_seq + 1, attempts = attempts + 1
  FROM pick WHERE q.recipient_id = pick.recipient_id
  RETURNING q.*
)
SELECT q.recipient_id, q.message_id, q.reseller_id, q.site, q.lease_seq, q.lease_by, q.attempts,
       q.maybe_delivered, q.expires_at, q.delay_notified,
       r.address, r.domain, r.dsn_notify, r.dsn_orcpt,
       m.organisation_id, m.stream, m.submitter, m.envelope_from, m.from_domain, m.size,
       m.is_smtputf8, m.is_8bit, m.dsn_ret, m.dsn_envid, m.accepted_at
FROM claimed q
JOIN public.recipient r ON r.id = q.recipient_id
JOIN public.message m ON m.id = q.message_id
ORDER BY q.site, q.reseller_id, q.prio, q.due
