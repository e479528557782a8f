"""Names that were given up, and until when they are kept from others."""

from django.db import migrations, models

import kernel.clock
import kernel.ids
from kernel.rls import protect

# Like `sec.is_domain_taken`: whether and until when, not whose it was.
KEPT = """
CREATE FUNCTION sec.kept_until(name text, mine uuid, at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER
RETURN (
    SELECT max(r.kept_until) FROM public.released_name r
    WHERE r.reseller_id <> mine AND r.kept_until > at AND (
        r.domain = name
        OR right(name, length(r.domain) + 1) = '.' || r.domain
        OR right(r.domain, length(name) + 1) = '.' || name))
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_public_key")]
    operations = [
        migrations.CreateModel(
            name="ReleasedName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.ids.uuid7, unique=True)),
                ("domain", models.CharField(max_length=253)),
                ("reseller_id", models.UUIDField()),
                ("released_at", models.DateTimeField(default=kernel.clock.now)),
                ("kept_until", models.DateTimeField()),
            ],
            options={
                "db_table": "released_name",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("domain", "reseller_id"), name="released_name_once"
                    )
                ],
            },
        ),
        protect("released_name"),
        migrations.RunSQL(
            sql=[
                "GRANT SELECT ON public.released_name TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                KEPT,
                "ALTER FUNCTION sec.kept_until(text, uuid, timestamptz) OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
            ],
            reverse_sql=["DROP FUNCTION sec.kept_until(text, uuid, timestamptz)"],
        ),
    ]
