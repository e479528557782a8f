-- A day's partition comes while others read and write: PARTITION OF would wait for
-- everybody who has the table in a transaction, and make everybody else wait behind it.
CREATE OR REPLACE FUNCTION sec.make_partitions(first date, days integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '2s' AS $body$
DECLARE d date; t text; name text; made integer := 0;
BEGIN
  FOR d IN SELECT first + n FROM generate_series(0, days - 1) n LOOP
    FOREACH t IN ARRAY ARRAY['message', 'message_body', 'recipient', 'attempt', 'delivery_event'] LOOP
      name := t || to_char(d, '_YYYYMMDD');
      IF to_regclass(format('public.%I', name)) IS NULL THEN
        -- Numbers of an identity come from the parent.
        EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL EXCLUDING IDENTITY)', name, t);
        -- Row security is the parent's: a right on the partition itself would go round it.
        EXECUTE format('REVOKE ALL ON public.%I FROM livery_app, livery_provision', name);
        IF t = 'recipient' THEN
          -- The outcome finds room beside its row, and writes no index.
          EXECUTE format('ALTER TABLE public.%I SET (fillfactor = 70)', name);
        END IF;
        EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
          t, name, sec.uuid_at(d::timestamp AT TIME ZONE 'UTC'),
          sec.uuid_at((d + 1)::timestamp AT TIME ZONE 'UTC'));
        made := made + 1;
      END IF;
    END LOOP;
  END LOOP;
  RETURN made;
END $body$;
