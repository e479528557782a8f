"""What operating the queue needs: holds, drains, shards, retention."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
SCHEMA = (SQL / "queue_schema.sql").read_text(encoding="utf-8")
OPERATING = (SQL / "operating_schema.sql").read_text(encoding="utf-8")
TRANSPORT = (SQL / "transport_schema.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_hosted_among")]
    operations = [
        migrations.RunSQL(
            sql=[(SCHEMA, None), (OPERATING, None), (TRANSPORT, None)],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
