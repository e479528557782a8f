-- The switch of all that is public; the reseller who gave, or nothing when the offer does not stand.
CREATE OR REPLACE FUNCTION sec.hand_over(offer uuid, organisation uuid, at timestamptz) RETURNS uuid LANGUAGE sql SECURITY DEFINER
BEGIN ATOMIC
  WITH done AS (
    UPDATE public.hand_over h SET state = 'accepted', ended_at = at
    WHERE h.public_id = offer AND h.state = 'offered' AND h.expires_at > at
      AND h.to_reseller_id = sec.calling_reseller()
    RETURNING h.reseller_id AS giver, h.to_reseller_id AS taker, h.domain_id, h.domain),
  moved_route AS (
    UPDATE public.route t SET reseller_id = d.taker, organisation_id = organisation FROM done d
    WHERE t.reseller_id = d.giver AND t.domain IN (d.domain, 'bounce.' || d.domain)),
  moved_mailbox_login AS (
    UPDATE public.mailbox_login t SET reseller_id = d.taker, organisation_id = organisation FROM done d
    WHERE t.reseller_id = d.giver AND t.domain = d.domain),
  moved_alias_route AS (
    UPDATE public.alias_route t SET reseller_id = d.taker, organisation_id = organisation FROM done d
    WHERE t.reseller_id = d.giver AND t.domain = d.domain),
  moved_app_password AS (
    UPDATE public.app_password t SET reseller_id = d.taker FROM done d
    WHERE t.reseller_id = d.giver
      AND t.mailbox_id IN (SELECT m.public_id FROM public.mailbox_login m WHERE m.domain = d.domain)),
  moved_signing_key AS (
    UPDATE public.signing_key t SET reseller_id = d.taker FROM done d
    WHERE t.reseller_id = d.giver AND t.domain = d.domain),
  moved_domain_schedule AS (
    UPDATE public.domain_schedule t SET reseller_id = d.taker FROM done d
    WHERE t.reseller_id = d.giver AND t.domain_id = d.domain_id),
  moved_record_verdict AS (
    UPDATE public.record_verdict t SET reseller_id = d.taker FROM done d
    WHERE t.reseller_id = d.giver AND t.domain_id = d.domain_id),
  moved_domain_alarm AS (
    UPDATE public.domain_alarm t SET reseller_id = d.taker FROM done d
    WHERE t.reseller_id = d.giver AND t.domain_id = d.domain_id),
  -- The giver's opinion of who sends for the domain is no part of it; the taker has one of its own.
  forgotten_source_mark AS (
    DELETE FROM public.source_mark t USING done d
    WHERE t.reseller_id = d.giver AND t.domain_id = d.domain_id)
  SELECT d.giver FROM done d;
END;
