"""What acceptance writes beside the message: wish for TLS, counts and limits of a mailbox."""

from pathlib import Path

from django.db import migrations

from kernel.rls import protect

SCHEMA = (Path(__file__).parents[1] / "sql" / "acceptance_schema.sql").read_text(encoding="utf-8")
FORGET = "FUNCTION sec.forget_usage(date)"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_suppression"), ("directory", "0002_security")]
    operations = [
        migrations.RunSQL(sql=[(SCHEMA, None)], reverse_sql=migrations.RunSQL.noop),
        protect("mailbox_usage", every_row=("delivery",)),
        protect("correspondent", every_row=("delivery",)),
        protect("sending_limit", read_every_row=("delivery",)),
        migrations.RunSQL(
            sql=[
                # Nobody raises the limits that guard the platform's addresses for themselves.
                "REVOKE INSERT, UPDATE, DELETE ON public.sending_limit FROM livery_app",
                "GRANT INSERT, UPDATE, DELETE ON public.sending_limit TO livery_operator",
                f"REVOKE EXECUTE ON {FORGET} FROM PUBLIC",
                f"GRANT EXECUTE ON {FORGET} TO livery_worker",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
