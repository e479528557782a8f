-- What a reply meant: reason × kind × scope (delivery-plane §2.6), and who answered.
ALTER TABLE public.attempt
  ADD provider text NOT NULL DEFAULT '', ADD reason text NOT NULL DEFAULT '',
  ADD kind text NOT NULL DEFAULT '', ADD scope text NOT NULL DEFAULT '';
ALTER TABLE public.message ADD body_hash bytea;
ALTER TABLE public.queue_entry ADD held_until timestamptz;

-- First tries and retries have a budget each in the claim, so an index each.
DROP INDEX public.queue_entry_claim;
CREATE INDEX queue_entry_fresh
  ON public.queue_entry (node, shard, pool, site, reseller_id, prio, due) WHERE state = 'ready' AND attempts = 0;
CREATE INDEX queue_entry_retried
  ON public.queue_entry (node, shard, pool, site, reseller_id, prio, due) WHERE state = 'ready' AND attempts > 0;
