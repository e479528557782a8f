-- Mail facts of the current reseller between two ids, in the order of their ids, with whom the mail was for.
WITH told AS MATERIALIZED (
  SELECT id, kind, reseller_id, organisation_id, message_id, recipient_id, stream, from_domain,
         occurred_at, data::text AS data
  FROM public.delivery_event
  WHERE reseller_id = %(reseller)s AND id > %(above)s AND id < %(below)s
    AND kind = ANY (%(kinds)s::text[])
    AND (%(organisation)s::uuid IS NULL OR organisation_id = %(organisation)s)
    AND (%(message)s::uuid IS NULL OR message_id = %(message)s)
  ORDER BY {order} LIMIT %(limit)s
), reach AS (
  -- The days whose partitions are opened: ids begin with the time.
  SELECT min(id_text)::uuid AS low, max(id_text)::uuid AS high
  FROM (SELECT unnest(ARRAY[recipient_id, message_id])::text AS id_text FROM told) AS named
), mail AS (
  SELECT r.id, r.address, m.message_id AS header
  FROM public.recipient r JOIN public.message m ON m.id = r.message_id
  WHERE r.id = ANY (ARRAY(SELECT recipient_id FROM told))
    AND r.id BETWEEN (SELECT low FROM reach) AND (SELECT high FROM reach)
    AND m.id BETWEEN (SELECT low FROM reach) AND (SELECT high FROM reach)
)
SELECT t.id, t.kind, t.reseller_id, t.organisation_id, t.message_id, t.stream, t.from_domain,
       t.occurred_at, t.data, mail.address, mail.header
FROM told t LEFT JOIN mail ON mail.id = t.recipient_id
ORDER BY {order_told}
