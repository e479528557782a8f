-- Mailboxes to list, with ids of the minutes before now; the directory does not know them.
INSERT INTO mailbox (public_id, domain_id, local_part, address, display_name, state, created_at, quota_bytes)
SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n), 12, '0')
        || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5('b' || n), 1, 15))::uuid,
       d.id, 'bench' || n, 'bench' || n || '@' || d.name, '', 'active', now(), 1073741824
FROM domain d, generate_series(1, %(count)s) AS n
WHERE d.name = %(domain)s
