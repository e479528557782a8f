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
                "REVOKE UPDATE, DELETE ON public.invoice, public.invoice_line,"
                " public.billed_record FROM livery_app"
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
