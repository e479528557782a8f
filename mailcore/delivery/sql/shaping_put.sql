-- Store an overlay unless a newer one is there.
INSERT INTO public.shaping_overlay AS o
  (source, target, reseller_id, stream, kind, origin, value, level, cause, changed_at, until_at)
VALUES (%(source)s, %(target)s, %(reseller_id)s, %(stream)s, %(kind)s, %(origin)s, %(value)s, %(level)s,
  %(cause)s, %(changed_at)s, %(until)s)
ON CONFLICT (source, target, reseller_id, stream, kind, origin) DO UPDATE
  SET value = excluded.value, level = excluded.level, cause = excluded.cause,
      changed_at = excluded.changed_at, until_at = excluded.until_at
  WHERE o.changed_at < excluded.changed_at
