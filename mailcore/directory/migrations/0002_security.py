"""Row-level security of the directory, and the views that Postfix and Dovecot read."""

from django.db import migrations

from kernel.rls import protect

VIEWS = {
    "postfix_domain": (
        "postfix",
        "SELECT domain FROM public.route WHERE is_verified",
    ),
    "postfix_feedback": (
        "postfix",
        "SELECT domain FROM public.route WHERE is_verified AND kind = 'feedback'",
    ),
    "postfix_mailbox": (
        "postfix",
        """SELECT m.address FROM public.mailbox_login m JOIN public.route r USING (domain)
           WHERE r.is_verified AND r.kind = 'hosted'""",
    ),
    "dovecot_login": (
        "dovecot",
        """SELECT address, password, home, public_id, quota_bytes, state = 'active' AS can_login
           FROM public.mailbox_login""",
    ),
    "dovecot_user": (
        "dovecot",
        "SELECT address, home, public_id, quota_bytes FROM public.mailbox_login",
    ),
}

#: Every column of signing_key but the sealed key itself.
READABLE = "id, public_id, reseller_id, domain, selector, algorithm, state, created_at"

# Who holds a name is never told: only whether somebody else does (peers: no look-alike by level).
TAKEN = """
CREATE FUNCTION sec.is_domain_taken(name text, mine uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
RETURN EXISTS (
    SELECT 1 FROM public.route r WHERE r.reseller_id <> mine AND (
        r.domain = name
        OR right(name, length(r.domain) + 1) = '.' || r.domain
        OR right(r.domain, length(name) + 1) = '.' || name))
"""


def _view(name: str, role: str, query: str) -> list[str]:
    return [
        f"CREATE VIEW public.{name} AS {query}",
        f"ALTER VIEW public.{name} OWNER TO livery_lookup",
        f"REVOKE ALL ON public.{name} FROM livery_app, livery_provision",
        f"GRANT SELECT ON public.{name} TO livery_{role}",
    ]


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial"), ("resellers", "0002_security")]
    operations = [
        protect("route", read_every_row=("delivery",)),
        protect("mailbox_login", read_every_row=("delivery",)),
        protect("signing_key", read_every_row=("signer",)),
        migrations.RunSQL(
            sql=[
                # The sealed private key may be written by the reseller's side, never read by it.
                "REVOKE SELECT ON public.signing_key FROM livery_app, livery_provision",
                f"GRANT SELECT ({READABLE}) ON public.signing_key TO livery_app",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            sql=[
                "GRANT SELECT ON public.route, public.mailbox_login TO livery_lookup",
                "GRANT CREATE ON SCHEMA public, sec TO livery_lookup",
                *(
                    statement
                    for name, (role, query) in VIEWS.items()
                    for statement in _view(name, role, query)
                ),
                TAKEN,
                "ALTER FUNCTION sec.is_domain_taken(text, uuid) OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA public, sec FROM livery_lookup",
            ],
            reverse_sql=[
                *(f"DROP VIEW public.{name}" for name in VIEWS),
                "DROP FUNCTION sec.is_domain_taken(text, uuid)",
            ],
        ),
    ]
