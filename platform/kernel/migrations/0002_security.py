"""Row-level security of the kernel's tables."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial"), ("resellers", "0002_security")]
    operations = [
        protect("outbox", every_row=("worker",), read_every_row=()),
        protect("audit_entry"),
        protect("idempotency_key"),
        protect("reseller_key", read_every_row=("delivery", "signer")),
        # The daemons tell late facts as events too.
        migrations.RunSQL(
            sql=[
                "GRANT INSERT, SELECT ON public.outbox TO livery_delivery",
                "GRANT USAGE ON SEQUENCE public.outbox_id_seq TO livery_delivery",
                "CREATE POLICY tell ON public.outbox FOR INSERT TO livery_delivery WITH CHECK (true)",
                "REVOKE UPDATE, DELETE ON public.audit_entry FROM livery_app",
                # Role provision runs this text: only the owner may write it.
                "REVOKE INSERT, UPDATE, DELETE ON public.template_artefact FROM livery_app",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
