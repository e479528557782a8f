"""Aliases: where their mail goes, and who may write in their name."""

import django.contrib.postgres.fields
from django.db import migrations, models

from kernel.rls import protect

# A +tag is no part of the name. Postfix asks for `domain` and `@domain` too, which are nobody: the
# catch-all answers for whole addresses only, so that it takes nothing from a mailbox.
TARGETS = r"""
CREATE FUNCTION sec.targets_among(addresses text[]) RETURNS TABLE (address text, target text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10
BEGIN ATOMIC
  SELECT wanted.address, m.address::text
  FROM unnest(targets_among.addresses) AS wanted (address)
  CROSS JOIN LATERAL (
    SELECT lower(regexp_replace(wanted.address, '^([^+@]+)\+[^@]*@', '\1@')) AS name) AS plain
  CROSS JOIN LATERAL (SELECT substring(plain.name FROM '[^@]+$') AS domain) AS part
  JOIN public.route r ON r.domain = part.domain AND r.is_verified AND r.kind = 'hosted'
  CROSS JOIN LATERAL (
    SELECT a.targets FROM public.alias_route a
    WHERE a.address IN (plain.name, '*@' || part.domain)
      AND (a.address = plain.name OR plain.name LIKE '_%@%' AND NOT EXISTS (
        SELECT FROM public.mailbox_login held WHERE held.address = plain.name))
    ORDER BY a.address = plain.name DESC LIMIT 1) AS found
  JOIN public.mailbox_login m ON m.address = ANY (found.targets) AND m.state <> 'deleted';
END
"""
# In the name of an alias those may write whom its mail reaches; a catch-all is nobody's name.
SENDERS = r"""
CREATE FUNCTION sec.senders_among(logins text[], addresses text[])
RETURNS TABLE (login text, address text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10
BEGIN ATOMIC
  SELECT wanted.login, wanted.address
  FROM unnest(senders_among.logins, senders_among.addresses) AS wanted (login, address)
  JOIN public.alias_route a
    ON a.address = lower(regexp_replace(wanted.address, '^([^+@]+)\+[^@]*@', '\1@'))
  JOIN public.route r ON r.domain = a.domain AND r.is_verified AND r.kind = 'hosted'
  WHERE lower(wanted.login) = ANY (a.targets) AND a.address NOT LIKE '*@%';
END
"""


def _function(name: str, definition: str, roles: str) -> list[str]:
    return [
        definition,
        f"ALTER FUNCTION sec.{name} OWNER TO livery_lookup",
        f"REVOKE EXECUTE ON FUNCTION sec.{name} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION sec.{name} TO {roles}",
    ]


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_released_name")]
    operations = [
        migrations.CreateModel(
            name="AliasRoute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(unique=True)),
                ("address", models.CharField(max_length=320, unique=True)),
                ("domain", models.CharField(max_length=253)),
                ("reseller_id", models.UUIDField(db_index=True)),
                ("organisation_id", models.UUIDField()),
                (
                    "targets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=320), size=None
                    ),
                ),
            ],
            options={"db_table": "alias_route"},
        ),
        protect("alias_route"),
        migrations.RunSQL(
            sql=[
                "GRANT SELECT ON public.alias_route TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                *_function(
                    "targets_among(text[])",
                    TARGETS,
                    "livery_postfix, livery_web, livery_worker, livery_operator, livery_delivery",
                ),
                *_function("senders_among(text[], text[])", SENDERS, "livery_delivery"),
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
            ],
            reverse_sql=[
                "DROP FUNCTION sec.targets_among(text[])",
                "DROP FUNCTION sec.senders_among(text[], text[])",
            ],
        ),
    ]
