-- The sources that the settings name, in the pool `default`: an address that is new joins it, one
-- that is known keeps its place in whatever pools it was given, and takes its name from here.
WITH named AS (
  SELECT host(trim(n.address)::inet) AS address, trim(n.ehlo) AS ehlo
  FROM unnest(%(addresses)s::text[], %(names)s::text[]) AS n(address, ehlo)
), pool AS (
  INSERT INTO public.egress_pool (name) VALUES ('default') ON CONFLICT DO NOTHING
), written AS (
  INSERT INTO public.egress_source (address, ehlo, node)
  SELECT address, ehlo, %(node)s FROM named ORDER BY address
  ON CONFLICT (address) DO UPDATE SET ehlo = EXCLUDED.ehlo WHERE egress_source.ehlo <> EXCLUDED.ehlo
)
INSERT INTO public.pool_member (pool, address)
SELECT 'default', address FROM named
WHERE NOT EXISTS (SELECT FROM public.egress_source known WHERE known.address = named.address)
ORDER BY address ON CONFLICT DO NOTHING
