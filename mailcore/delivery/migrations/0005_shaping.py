"""Shaping rules of the operator, overlays that replies caused."""

from pathlib import Path

from django.db import migrations

from kernel.rls import protect

SCHEMA = Path(__file__).parents[1] / "sql" / "shaping_schema.sql"
TABLES = ("shaping_rule", "shaping_overlay")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_egress")]
    operations = [
        # One statement batch without parameters: the text holds percent-free SQL.
        migrations.RunSQL(
            sql=[(SCHEMA.read_text(encoding="utf-8"), None)], reverse_sql=migrations.RunSQL.noop
        ),
        # Both are the platform's alone, also where a row names a reseller.
        *(protect(table, every_row=("delivery",), tenant=()) for table in TABLES),
        migrations.RunSQL(
            sql=[
                *(
                    f"REVOKE ALL ON public.{table} FROM livery_app, livery_provision"
                    for table in TABLES
                ),
                *(
                    f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO livery_operator"
                    for table in TABLES
                ),
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
