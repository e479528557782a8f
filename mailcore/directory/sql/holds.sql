-- Holds: their sum stands in `on_hold` of each route and login, so that a look-up costs nothing more.

CREATE FUNCTION sec.held_scopes(reseller uuid, domain_id uuid, mailbox_id uuid) RETURNS varchar[]
LANGUAGE sql STABLE SECURITY DEFINER
RETURN (
  SELECT coalesce(array_agg(DISTINCT scope ORDER BY scope), '{}')
  FROM public.hold h CROSS JOIN unnest(h.scopes) AS scope
  WHERE h.reseller_id = reseller AND h.lifted_at IS NULL
    AND (h.object_kind = 'reseller' OR h.object_id IN (domain_id, mailbox_id)));

-- Who places a hold waits for those who are just making what it holds, and they for it.
CREATE FUNCTION sec.route_is_held() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $body$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('hold:' || NEW.reseller_id, 0));
  NEW.on_hold := CASE WHEN NEW.kind = 'hosted' THEN sec.held_scopes(NEW.reseller_id, NEW.public_id, NULL) ELSE '{}' END;
  RETURN NEW;
END $body$;

CREATE FUNCTION sec.login_is_held() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $body$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('hold:' || NEW.reseller_id, 0));
  NEW.on_hold := sec.held_scopes(
    NEW.reseller_id, (SELECT r.public_id FROM public.route r
    WHERE r.domain = NEW.domain AND r.reseller_id = NEW.reseller_id), NEW.public_id);
  RETURN NEW;
END $body$;

CREATE FUNCTION sec.hold_has_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $body$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hold:' || NEW.reseller_id, 0));
  UPDATE public.route r SET on_hold = sec.held_scopes(r.reseller_id, r.public_id, NULL)
  WHERE r.reseller_id = NEW.reseller_id AND r.kind = 'hosted'
    AND (NEW.object_kind = 'reseller' OR r.public_id = NEW.object_id);
  UPDATE public.mailbox_login m SET on_hold = sec.held_scopes(m.reseller_id, r.public_id, m.public_id)
  FROM public.route r
  WHERE m.reseller_id = NEW.reseller_id AND r.domain = m.domain AND r.reseller_id = m.reseller_id
    AND (NEW.object_kind = 'reseller' OR NEW.object_id IN (r.public_id, m.public_id));
  RETURN NULL;
END $body$;

CREATE TRIGGER route_is_held BEFORE INSERT OR UPDATE OF reseller_id ON public.route
  FOR EACH ROW EXECUTE FUNCTION sec.route_is_held();
CREATE TRIGGER login_is_held BEFORE INSERT OR UPDATE OF reseller_id ON public.mailbox_login
  FOR EACH ROW EXECUTE FUNCTION sec.login_is_held();
CREATE TRIGGER hold_has_changed AFTER INSERT OR UPDATE ON public.hold
  FOR EACH ROW EXECUTE FUNCTION sec.hold_has_changed();

-- A reseller places and lifts its own; the operator's and other resellers' it cannot write.
CREATE POLICY own_side_made ON public.hold AS RESTRICTIVE FOR INSERT TO livery_web
  WITH CHECK (side = 'reseller' OR (SELECT sec.reseller_of(current_schema())) = '01900000-0000-7000-8000-000000000001');
CREATE POLICY own_side_changed ON public.hold AS RESTRICTIVE FOR UPDATE TO livery_web
  USING (side = 'reseller' OR (SELECT sec.reseller_of(current_schema())) = '01900000-0000-7000-8000-000000000001');
-- The platform host is the operator's: there the same role sees all of them, and those of its own side.
CREATE POLICY platform ON public.hold TO livery_web
  USING ((SELECT sec.reseller_of(current_schema())) = '01900000-0000-7000-8000-000000000001')
  WITH CHECK (side = 'operator' AND (SELECT sec.reseller_of(current_schema())) = '01900000-0000-7000-8000-000000000001');

-- Logins.
CREATE OR REPLACE VIEW public.dovecot_login AS
SELECT address, password, home, public_id, quota_bytes,
       state = 'active' AND NOT 'login' = ANY (on_hold) AS can_login
FROM public.mailbox_login;

-- Mail in. Whoever is asked where to put mail for a held mailbox fails as if PostgreSQL were away: then
-- Dovecot says "not now" (4xx), to a stranger's server at the MX as to our own queue, which try again.
CREATE FUNCTION sec.not_now() RETURNS text LANGUAGE plpgsql STABLE AS $body$
BEGIN
  RAISE EXCEPTION 'mail for this mailbox is on hold';
END $body$;
CREATE OR REPLACE VIEW public.dovecot_user AS
SELECT address, CASE WHEN 'receive' = ANY (on_hold) THEN sec.not_now()::varchar(60) ELSE home END::varchar(60) AS home,
       public_id, quota_bytes
FROM public.mailbox_login WHERE state <> 'deleted';

-- As in migration 0011, and not while logins are held.
CREATE OR REPLACE FUNCTION sec.app_login(login text, hash text, service text, client text)
RETURNS TABLE (address text, home text, public_id uuid, quota_bytes bigint)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 AS $body$
DECLARE known public.app_password;
BEGIN
  SELECT a.* INTO known FROM public.app_password a
  JOIN public.mailbox_login m ON m.public_id = a.mailbox_id AND a.reseller_id = m.reseller_id
  WHERE a.secret_hash = app_login.hash AND m.address = app_login.login AND m.state = 'active'
    AND NOT 'login' = ANY (m.on_hold)
    AND CASE app_login.service WHEN 'sieve' THEN 'imap' ELSE app_login.service END = ANY (a.scopes)
    AND (a.expires_at IS NULL OR a.expires_at > now());
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- To the minute: a program that asks all day costs one write a minute. Nobody waits for a lock.
  UPDATE public.app_password u SET last_used_at = now(), last_used_from = left(app_login.client, 45)
  WHERE u.id = (SELECT b.id FROM public.app_password b WHERE b.id = known.id
    AND (b.last_used_at IS NULL OR b.last_used_at < now() - interval '1 minute')
    FOR UPDATE SKIP LOCKED);
  RETURN QUERY SELECT m.address::text, m.home::text, m.public_id, m.quota_bytes
    FROM public.mailbox_login m WHERE m.public_id = known.mailbox_id;
END $body$;
