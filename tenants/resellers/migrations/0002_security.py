"""Look-ups between a reseller's id and its schema, for row-level security (foundations 6)."""

from django.db import migrations

FUNCTIONS = [
    # The bodies are bound when they are made: a caller's search_path cannot redirect them.
    """CREATE FUNCTION sec.reseller_of(s name) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
       RETURN (SELECT r.public_id FROM public.reseller r WHERE r.schema_name = s)""",
    """CREATE FUNCTION sec.schema_of(wanted uuid) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
       RETURN (SELECT r.schema_name FROM public.reseller r WHERE r.public_id = wanted)""",
    "GRANT SELECT ON public.reseller TO livery_delivery",
]


class Migration(migrations.Migration):
    dependencies = [("resellers", "0001_initial")]
    operations = [
        migrations.RunSQL(
            sql=FUNCTIONS,
            reverse_sql=[
                "DROP FUNCTION sec.reseller_of(name)",
                "DROP FUNCTION sec.schema_of(uuid)",
            ],
        )
    ]
