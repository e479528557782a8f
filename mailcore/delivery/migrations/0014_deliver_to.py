"""The mailbox that mail to an alias goes to; the ledger tells of the address that was written to."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0013_spread_pools"), ("directory", "0005_aliases")]
    operations = [
        migrations.RunSQL(
            sql=["ALTER TABLE public.recipient ADD deliver_to text"],
            reverse_sql=["ALTER TABLE public.recipient DROP deliver_to"],
        )
    ]
