"""What each message costs in indexes (decision 0023)."""

from pathlib import Path

from django.db import migrations

SPEED = (Path(__file__).parents[1] / "sql" / "speed_schema.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0010_without_redis")]
    operations = [
        migrations.RunSQL(sql=[(SPEED, None)], reverse_sql=migrations.RunSQL.noop),
    ]
