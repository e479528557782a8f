"""The delivery plane's tables, their row-level security and the first days' partitions."""

from pathlib import Path

from django.db import migrations

from kernel.rls import protect

SCHEMA = (Path(__file__).parents[1] / "sql" / "schema.sql").read_text(encoding="utf-8")
TABLES = (
    "message",
    "message_body",
    "recipient",
    "queue_entry",
    "active_pair",
    "attempt",
    "delivery_event",
)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("resellers", "0002_security"), ("kernel", "0002_security")]
    operations = [
        # One statement batch without parameters: the text holds percent-free SQL and $-quoting.
        migrations.RunSQL(sql=[(SCHEMA, None)], reverse_sql=migrations.RunSQL.noop),
        *(
            protect(
                table,
                every_row=("delivery", "worker") if table == "delivery_event" else ("delivery",),
            )
            for table in TABLES
        ),
        migrations.RunSQL(
            sql=[
                "GRANT SELECT, INSERT, UPDATE ON public.egress_shard TO livery_delivery",
                "GRANT SELECT, INSERT, UPDATE ON public.delivery_cursor TO livery_delivery",
                "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO livery_delivery",
                # Partitions are made by the owner; a task asks for them through this function.
                "ALTER FUNCTION sec.make_partitions(date, integer) SECURITY DEFINER",
                "REVOKE EXECUTE ON FUNCTION sec.make_partitions(date, integer) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION sec.make_partitions(date, integer) TO livery_worker",
                "SELECT sec.make_partitions(CURRENT_DATE - 1, 10)",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
