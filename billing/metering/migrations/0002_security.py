"""Row-level security of the ledger, and that nobody changes what stands in it."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("metering", "0001_initial"), ("resellers", "0002_security")]
    operations = [
        protect("usage_record"),
        migrations.RunSQL(
            sql=["REVOKE UPDATE, DELETE ON public.usage_record FROM livery_app"],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
