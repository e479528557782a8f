-- Fewer index entries for each message (decision 0023).

-- Extending a lease changes no indexed column any more, so it writes no index. Leases are few: those
-- of what is under way. Who looks for the ones that ran out reads them all.
DROP INDEX public.queue_entry_lease;
CREATE INDEX queue_entry_leased ON public.queue_entry (node, shard) WHERE state = 'leased';

-- The outcome finds room beside its row, and writes no index either.
CREATE OR REPLACE FUNCTION sec.make_partitions(first date, days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $body$
DECLARE d date; t text; name text; made integer := 0;
BEGIN
  FOR d IN SELECT first + n FROM generate_series(0, days - 1) n LOOP
    FOREACH t IN ARRAY ARRAY['message', 'message_body', 'recipient', 'attempt', 'delivery_event'] LOOP
      name := t || to_char(d, '_YYYYMMDD');
      IF to_regclass(format('public.%I', name)) IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
          name, t, sec.uuid_at(d::timestamp AT TIME ZONE 'UTC'),
          sec.uuid_at((d + 1)::timestamp AT TIME ZONE 'UTC'));
        -- Row security is the parent's: a right on the partition itself would go round it.
        EXECUTE format('REVOKE ALL ON public.%I FROM livery_app, livery_provision', name);
        IF t = 'recipient' THEN
          EXECUTE format('ALTER TABLE public.%I SET (fillfactor = 70)', name);
        END IF;
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $body$;

DO $body$
DECLARE part regclass;
BEGIN
  FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'public.recipient'::regclass LOOP
    EXECUTE format('ALTER TABLE %s SET (fillfactor = 70)', part);
  END LOOP;
END $body$;
