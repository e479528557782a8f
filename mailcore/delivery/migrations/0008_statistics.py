"""Hourly sums of mail facts, and the alarms that follow from them."""

from pathlib import Path

from django.db import migrations

from kernel.rls import protect

SCHEMA = Path(__file__).parents[1] / "sql" / "statistics_schema.sql"
TABLES = ("delivery_hour", "delivery_alarm")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0007_acceptance")]
    operations = [
        migrations.RunSQL(
            sql=[(SCHEMA.read_text(encoding="utf-8"), None)], reverse_sql=migrations.RunSQL.noop
        ),
        # A reseller reads its rows; only the readers of mail facts write any.
        *(
            migrations.RunSQL(
                sql=[f"REVOKE INSERT, UPDATE, DELETE ON public.{table} FROM livery_app"],
                reverse_sql=migrations.RunSQL.noop,
            )
            for table in TABLES
        ),
        *(protect(table, every_row=("worker",)) for table in TABLES),
    ]
