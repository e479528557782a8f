-- The newest messages of the calling reseller to one address. Under its policy no index could answer:
-- what makes the compared form of an address is not leakproof. Ids of recipients begin with the time
-- too, made within the hour of their message's: so only the days in question are opened.
CREATE OR REPLACE FUNCTION sec.messages_to(
  address text, above uuid, below uuid, recipients_above uuid, recipients_below uuid, most integer)
RETURNS SETOF uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $body$
DECLARE mine uuid := sec.calling_reseller(); wanted text := sec.mail_key(address);
BEGIN
  RETURN QUERY SELECT DISTINCT r.message_id FROM public.recipient r
  WHERE r.reseller_id = mine AND sec.mail_key(r.address) = wanted
    AND r.message_id >= above AND r.message_id < below
    AND r.id >= recipients_above AND r.id < recipients_below
  ORDER BY r.message_id DESC LIMIT most;
END $body$;
