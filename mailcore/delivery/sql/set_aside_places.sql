-- Which of these recipients set_aside.sql is to look at: mostly none, and this costs little.
SELECT place FROM sec.suppressed_each(%(resellers)s::uuid[], %(streams)s::text[], %(addresses)s::text[])
UNION ALL
SELECT w.place
FROM unnest(%(resellers)s::uuid[], %(streams)s::text[])
  WITH ORDINALITY AS w (reseller_id, stream, place)
JOIN public.stream_pause p USING (reseller_id, stream)
WHERE p.state = 'paused' AND (p.until IS NULL OR p.until > %(now)s)
UNION ALL
SELECT w.place
FROM unnest(%(resellers)s::uuid[], %(streams)s::text[], %(domains)s::text[], %(logins)s::text[])
  WITH ORDINALITY AS w (reseller_id, stream, from_domain, login, place)
JOIN public.hold h USING (reseller_id)
WHERE h.lifted_at IS NULL AND 'send' = ANY (h.scopes) AND w.stream <> 'system'
  AND CASE h.object_kind WHEN 'domain' THEN h.name = w.from_domain WHEN 'mailbox' THEN h.name = w.login ELSE true END
UNION ALL
SELECT w.place
FROM unnest(%(addresses)s::text[], %(sites)s::text[]) WITH ORDINALITY AS w (address, site, place)
JOIN public.mailbox_login m ON m.address = lower(regexp_replace(w.address, '^([^+@]+)\+[^@]*@', '\1@'))
WHERE w.site = 'local' AND m.state <> 'deleted' AND 'receive' = ANY (m.on_hold)
