"""A resumed pause says itself whether mail may still be held for it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0017_console")]
    operations = [
        migrations.RunSQL(
            # True for what stands there already: mail may be held for it since long.
            sql="ALTER TABLE public.stream_pause ADD release_due boolean NOT NULL DEFAULT true",
            reverse_sql="ALTER TABLE public.stream_pause DROP release_due",
        )
    ]
