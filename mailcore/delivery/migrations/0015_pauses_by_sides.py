"""Pauses of a stream by several sides, the reseller among them."""

from pathlib import Path

from django.db import migrations

SCHEMA = (Path(__file__).parents[1] / "sql" / "pauses_schema.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0014_deliver_to")]
    operations = [
        # One statement batch without parameters: its percent sign is one of LIKE's.
        migrations.RunSQL(sql=[(SCHEMA, None)], reverse_sql=migrations.RunSQL.noop)
    ]
