"""Which domains are hosted here, for a reseller that sees only its own routes."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION sec.hosted_among(names text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10
BEGIN ATOMIC
  SELECT r.domain::text FROM public.route r
  WHERE r.domain = ANY (names) AND r.is_verified AND r.kind = 'hosted';
END
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial"), ("directory", "0002_security")]
    operations = [
        migrations.RunSQL(
            sql=[
                FUNCTION,
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                "ALTER FUNCTION sec.hosted_among(text[]) OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                "REVOKE EXECUTE ON FUNCTION sec.hosted_among(text[]) FROM PUBLIC",
                (
                    "GRANT EXECUTE ON FUNCTION sec.hosted_among(text[])"
                    " TO livery_web, livery_operator, livery_worker, livery_delivery"
                ),
            ],
            reverse_sql=["DROP FUNCTION sec.hosted_among(text[])"],
        )
    ]
