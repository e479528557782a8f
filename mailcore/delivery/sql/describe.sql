-- Recipients and messages of leased rows. The bounds of their ids say which days' partitions to open:
-- a plan over all that are kept takes longer to begin than to run.
-- `address` is where it goes; `named` is what the sender wrote, an alias perhaps.
SELECT r.id AS recipient_id, coalesce(r.deliver_to, r.address) AS address, r.address AS named,
       r.domain, r.dsn_notify, r.dsn_orcpt,
       m.organisation_id, m.stream, m.submitter, m.envelope_from, m.from_domain, m.size,
       m.is_smtputf8, m.is_8bit, m.dsn_ret, m.dsn_envid, m.require_tls, m.body_hash, m.accepted_at
FROM public.recipient r JOIN public.message m ON m.id = r.message_id
WHERE r.id = ANY (%(recipients)s::uuid[])
  AND r.id BETWEEN %(first_recipient)s AND %(last_recipient)s
  AND m.id BETWEEN %(first_message)s AND %(last_message)s
