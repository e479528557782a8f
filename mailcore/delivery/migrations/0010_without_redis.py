"""Workers say that they have lost Redis: the others leave their share of the limits."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0009_alarms")]
    operations = [
        migrations.RunSQL(
            sql="ALTER TABLE public.egress_shard ADD without_redis boolean NOT NULL DEFAULT false",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
