-- Who paused a stream ends this pause and no other's: a row for each side, of which several may stand.
ALTER TABLE public.stream_pause ADD side text CHECK (side IN ('operator', 'signals', 'reseller'));
UPDATE public.stream_pause SET side = CASE WHEN by LIKE 'operator%' THEN 'operator' ELSE 'signals' END;
ALTER TABLE public.stream_pause ALTER side SET NOT NULL;
ALTER TABLE public.stream_pause DROP CONSTRAINT stream_pause_pkey;
ALTER TABLE public.stream_pause ADD PRIMARY KEY (reseller_id, stream, side);

-- A reseller writes its own side; the others' it only sees.
GRANT INSERT, UPDATE ON public.stream_pause TO livery_web;
CREATE POLICY own_side_made ON public.stream_pause AS RESTRICTIVE FOR INSERT TO livery_web
  WITH CHECK (side = 'reseller');
CREATE POLICY own_side_changed ON public.stream_pause AS RESTRICTIVE FOR UPDATE TO livery_web
  USING (side = 'reseller') WITH CHECK (side = 'reseller');

-- Why a stream stands still, in the words of the strongest; NULL when it runs.
CREATE OR REPLACE FUNCTION sec.paused_stream(reseller uuid, stream text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $body$
BEGIN
  RETURN (SELECT p.reason FROM public.stream_pause p
  WHERE p.reseller_id = paused_stream.reseller AND p.stream = paused_stream.stream
    AND p.state = 'paused' AND (p.until IS NULL OR p.until > now())
  ORDER BY p.side = 'reseller', p.side = 'signals' LIMIT 1);
END $body$;
