-- What earlier owners of the shard held when they ended; the columns are those of claim.sql.
SELECT q.recipient_id, q.message_id, q.reseller_id, q.pool, q.site, q.prio, q.lease_seq, q.lease_by, q.attempts,
       q.maybe_delivered, q.expires_at, q.delay_notified, q.passed_at,
       r.address, r.domain, r.dsn_notify, r.dsn_orcpt,
       m.organisation_id, m.stream, m.submitter, m.envelope_from, m.from_domain, m.size,
       m.is_smtputf8, m.is_8bit, m.dsn_ret, m.dsn_envid, m.require_tls, m.body_hash, m.accepted_at
FROM public.queue_entry q
JOIN public.recipient r ON r.id = q.recipient_id
JOIN public.message m ON m.id = q.message_id
WHERE q.node = %(node)s AND q.shard = %(shard)s AND q.state = 'leased' AND q.lease_by < %(epoch)s
