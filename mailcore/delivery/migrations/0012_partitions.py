"""Partitions are made beside whoever has their table in use."""

from pathlib import Path

from django.db import migrations

SCHEMA = Path(__file__).parents[1] / "sql" / "partition_schema.sql"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0011_speed")]
    operations = [
        migrations.RunSQL(
            sql=[(SCHEMA.read_text(encoding="utf-8"), None)], reverse_sql=migrations.RunSQL.noop
        ),
    ]
