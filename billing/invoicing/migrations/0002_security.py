"""Row-level security of periods and invoices; invoices are never changed."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0001_initial"), ("resellers", "0002_security")]
    operations = [
        protect("billing_period"),
        protect("invoice"),
        protect("invoice_line"),
        protect("billed_record"),
        migrations.RunSQL(
            sql=[
                f"REVOKE UPDATE, DELETE ON public.{table} FROM livery_app"
                for table in ("invoice", "invoice_line", "billed_record")
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
