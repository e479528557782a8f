"""Whose verified domain a name is: asked by the web for host names below clients' domains."""

from django.db import migrations

HOLDER = """
CREATE FUNCTION sec.holder_of(name text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER
RETURN (
    SELECT r.reseller_id FROM public.route r
    WHERE r.domain = name AND r.is_verified AND r.kind = 'hosted')
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_spare_key")]
    operations = [
        migrations.RunSQL(
            sql=[
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                HOLDER,
                "ALTER FUNCTION sec.holder_of(text) OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
            ],
            reverse_sql=["DROP FUNCTION sec.holder_of(text)"],
        ),
    ]
