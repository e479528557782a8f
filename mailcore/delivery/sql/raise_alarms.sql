-- What passes a warn line now: a new alarm, or one that is open and was seen again. Hard bounces and complaints over seven
-- days for each reseller and stream; deferrals of the last two hours at one provider. Greylists
-- and full mailboxes of small servers are no sign: what is no known provider raises nothing.
WITH week AS (
  SELECT reseller_id, stream,
         sum(quantity) FILTER (WHERE event IN ('bounced', 'bounced_late') AND kind = 'hard') AS hard,
         sum(quantity) FILTER (WHERE event = 'complained') AS complained,
         sum(quantity) FILTER (WHERE event = 'delivered') AS delivered,
         sum(quantity) FILTER (WHERE event IN ('delivered', 'bounced', 'expired')) AS ended
  FROM public.delivery_hour
  WHERE hour > %(now)s - interval '7 days' AND hour <= %(now)s
  GROUP BY reseller_id, stream
), lately AS (
  SELECT reseller_id, stream, provider,
         sum(quantity) FILTER (WHERE event = 'deferred') AS deferred, sum(quantity) AS tried
  FROM public.delivery_hour
  WHERE hour > %(now)s - interval '2 hours' AND hour <= %(now)s
    AND event IN ('deferred', 'delivered', 'bounced') AND provider NOT IN ('', 'other', 'local')
  GROUP BY reseller_id, stream, provider
), passed (reseller_id, signal, stream, provider, quantity, of) AS (
  SELECT reseller_id, 'hard_bounces', stream, '', hard, ended FROM week
  WHERE ended >= %(least_ended)s AND hard >= %(hard_bounces)s * ended
  UNION ALL
  SELECT reseller_id, 'complaints', stream, '', complained, delivered FROM week
  WHERE delivered >= %(least_ended)s AND complained > 1 AND complained >= %(complaints)s * delivered
  UNION ALL
  SELECT reseller_id, 'deferrals', stream, provider, deferred, tried FROM lately
  WHERE tried >= %(least_tried)s AND deferred >= %(deferrals)s * tried
)
INSERT INTO public.delivery_alarm AS a (
  reseller_id, signal, stream, provider, quantity, of, opened_at, seen_at)
SELECT reseller_id, signal, stream, provider, quantity, of, %(now)s, %(now)s FROM passed
ON CONFLICT (reseller_id, signal, stream, provider) WHERE recovered_at IS NULL DO UPDATE
SET quantity = excluded.quantity, of = excluded.of, seen_at = excluded.seen_at
RETURNING reseller_id, signal, stream, provider, quantity, of, opened_at, xmax = 0 AS is_new
