"""Look-ups that never cross from one reseller to another, whatever rows there are."""

from pathlib import Path

from django.db import migrations

HAND_OVER = Path(__file__).parents[1] / "sql" / "hand_over.sql"
# The giver's opinion of who sends for the domain is no part of it; the taker has one of its own.
FORGET = """,
  forgotten_source_mark AS (
    DELETE FROM public.source_mark t USING done d
    WHERE t.reseller_id = d.giver AND t.domain_id = d.domain_id)"""

# As in 0006, and the password is of the mailbox's reseller.
LOGIN = """
CREATE OR REPLACE FUNCTION sec.app_login(login text, hash text, service text, client text)
RETURNS TABLE (address text, home text, public_id uuid, quota_bytes bigint)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 AS $body$
DECLARE known public.app_password;
BEGIN
  SELECT a.* INTO known FROM public.app_password a
  JOIN public.mailbox_login m ON m.public_id = a.mailbox_id AND a.reseller_id = m.reseller_id
  WHERE a.secret_hash = app_login.hash AND m.address = app_login.login AND m.state = 'active'
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
"""
# As in 0005, and all is of one organisation.
TARGETS = r"""
CREATE OR REPLACE FUNCTION sec.targets_among(addresses text[]) RETURNS TABLE (address text, target text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10
BEGIN ATOMIC
  SELECT wanted.address, m.address::text
  FROM unnest(targets_among.addresses) AS wanted (address)
  CROSS JOIN LATERAL (
    SELECT lower(regexp_replace(wanted.address, '^([^+@]+)\+[^@]*@', '\1@')) AS name) AS plain
  CROSS JOIN LATERAL (SELECT substring(plain.name FROM '[^@]+$') AS domain) AS part
  JOIN public.route r ON r.domain = part.domain AND r.is_verified AND r.kind = 'hosted'
  CROSS JOIN LATERAL (
    SELECT a.targets, a.reseller_id, a.organisation_id FROM public.alias_route a
    WHERE a.address IN (plain.name, '*@' || part.domain)
      AND (a.address = plain.name OR plain.name LIKE '_%@%' AND NOT EXISTS (
        SELECT FROM public.mailbox_login held WHERE held.address = plain.name))
    ORDER BY a.address = plain.name DESC LIMIT 1) AS found
  JOIN public.mailbox_login m ON m.address = ANY (found.targets) AND m.state <> 'deleted'
    AND m.reseller_id = found.reseller_id AND m.organisation_id = found.organisation_id;
END
"""
SENDERS = r"""
CREATE OR REPLACE FUNCTION sec.senders_among(logins text[], addresses text[])
RETURNS TABLE (login text, address text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10
BEGIN ATOMIC
  SELECT wanted.login, wanted.address
  FROM unnest(senders_among.logins, senders_among.addresses) AS wanted (login, address)
  JOIN public.alias_route a
    ON a.address = lower(regexp_replace(wanted.address, '^([^+@]+)\+[^@]*@', '\1@'))
  JOIN public.route r ON r.domain = a.domain AND r.is_verified AND r.kind = 'hosted'
  JOIN public.mailbox_login m ON m.address = lower(wanted.login)
    AND m.reseller_id = a.reseller_id AND m.organisation_id = a.organisation_id
  WHERE m.address = ANY (a.targets) AND a.address NOT LIKE '*@%';
END
"""
#: What only these may ask; made when everybody could.
CALLERS = {
    "kept_until(text, uuid, timestamptz)": "livery_web, livery_worker, livery_operator",
    "holder_of(text)": "livery_web, livery_worker, livery_operator",
}


def _switch() -> str:
    """The switch of 0010, which also forgets the giver's marks."""
    every = HAND_OVER.read_text(encoding="utf-8")
    switch = every[every.index("CREATE FUNCTION sec.hand_over(") :]
    end = "\n  SELECT d.giver FROM done d;"
    return switch.replace("CREATE", "CREATE OR REPLACE", 1).replace(end, FORGET + end)


class Migration(migrations.Migration):
    dependencies = [("directory", "0010_hand_over"), ("feedback", "0002_security")]
    operations = [
        # One statement batch each, without parameters: CREATE OR REPLACE keeps owner and grants.
        migrations.RunSQL(
            sql=[
                "GRANT SELECT, DELETE ON public.source_mark TO livery_lookup",
                *((text, None) for text in (_switch(), LOGIN, TARGETS, SENDERS)),
                *(
                    statement
                    for name, roles in CALLERS.items()
                    for statement in (
                        f"REVOKE EXECUTE ON FUNCTION sec.{name} FROM PUBLIC",
                        f"GRANT EXECUTE ON FUNCTION sec.{name} TO {roles}",
                    )
                ),
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
