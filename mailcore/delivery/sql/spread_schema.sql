-- Pools with sources on several nodes (decision 0029): which of them a recipient waits at.

-- Passed on by another node then: for a while nobody passes it on again.
ALTER TABLE public.queue_entry ADD passed_at timestamptz;

-- Whether a node takes mail: it is not drained, and one of its processes lives.
CREATE FUNCTION sec.node_works(node text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE AS $body$ BEGIN RETURN
  NOT EXISTS (SELECT FROM public.egress_node n
              WHERE n.node = node_works.node AND n.drained_at IS NOT NULL)
  AND EXISTS (SELECT FROM public.egress_shard h WHERE h.node = node_works.node
              AND h.heartbeat > clock_timestamp() - interval '45 s'); END $body$;

-- Whether sources of a pool that mail may leave from are on more than one node.
CREATE FUNCTION sec.is_spread(pool text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE AS $body$ BEGIN RETURN
  (SELECT count(DISTINCT s.node) > 1 FROM public.pool_member m JOIN public.egress_source s USING (address)
   WHERE m.pool = is_spread.pool AND s.state <> 'suspended'); END $body$;

-- What a member draws for a key, by weighted rendezvous hashing: egress/members.py draws the same.
CREATE FUNCTION sec.drawn(key text, address text, weight integer) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN -weight / ln(((('x' || left(md5(key || ' ' || address), 13))::bit(52)::bigint) + 0.5::double precision)
                    / 4503599627370496::double precision);

-- The node of a pool that sends a reseller's mail to a domain: by weight among the members that nothing
-- speaks against, on nodes that work; where `drained` sends its rows to goes before. NULL: none has a source.
CREATE FUNCTION sec.home_of(pool text, site text, reseller uuid, drained text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE AS $body$ BEGIN RETURN
  (SELECT s.node FROM public.pool_member m JOIN public.egress_source s USING (address)
   LEFT JOIN public.egress_node d ON d.node = home_of.drained
   WHERE m.pool = home_of.pool AND s.state <> 'suspended'
   ORDER BY sec.node_works(s.node) DESC, (s.node = d.moves_to) IS TRUE DESC, m.providers IS NULL DESC,
            (s.state = 'active' AND NOT EXISTS (
              SELECT FROM public.egress_listing l
              WHERE l.address = s.address AND l.ended_at IS NULL)) DESC,
            m.role = 'active' DESC,
            sec.drawn(home_of.reseller || ' ' || home_of.site, m.address, m.weight) DESC
   LIMIT 1); END $body$;
