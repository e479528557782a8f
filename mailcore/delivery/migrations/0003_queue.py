"""What operating the queue needs: holds, drains, shards, retention."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_hosted_among")]
    operations = [
        migrations.RunSQL(
            sql=[
                # What a reply meant: reason × kind × scope (delivery-plane §2.6), and who answered.
                "ALTER TABLE public.attempt ADD provider text NOT NULL DEFAULT '',"
                " ADD reason text NOT NULL DEFAULT '', ADD kind text NOT NULL DEFAULT '',"
                " ADD scope text NOT NULL DEFAULT ''",
                "ALTER TABLE public.message ADD body_hash bytea",
                "ALTER TABLE public.queue_entry ADD held_until timestamptz",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
