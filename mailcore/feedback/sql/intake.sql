-- How many of a domain's reports of a kind are kept: counted, not used, and by how many senders.
SELECT count(*) FILTER (WHERE state = 'counted') AS counted,
       count(*) FILTER (WHERE state = 'parked') AS unused,
       count(DISTINCT sender) FILTER (WHERE state = 'counted') AS reporters,
       max(received_at) FILTER (WHERE state = 'counted') AS last_at
FROM public.received_report
WHERE domain_id = %(domain_id)s AND kind = %(kind)s
