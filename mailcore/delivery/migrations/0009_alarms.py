"""Alarms that open and close, and what mail facts are about."""

from pathlib import Path

from django.db import migrations

from kernel.rls import protect

SCHEMA = Path(__file__).parents[1] / "sql" / "alarm_schema.sql"
MAIL_OF = "sec.mail_of(uuid[], uuid[])"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0008_statistics")]
    operations = [
        # One statement batch without parameters: the text holds percent-free SQL.
        migrations.RunSQL(
            sql=[(SCHEMA.read_text(encoding="utf-8"), None)], reverse_sql=migrations.RunSQL.noop
        ),
        # A reseller reads its rows; only the judge of the sums writes any.
        migrations.RunSQL(
            sql=["REVOKE INSERT, UPDATE, DELETE ON public.delivery_alarm FROM livery_app"],
            reverse_sql=migrations.RunSQL.noop,
        ),
        protect("delivery_alarm", every_row=("worker",)),
        migrations.RunSQL(
            sql=[
                # The operator's own pages run in schema public, which no reseller's host reaches.
                """CREATE POLICY console ON public.delivery_alarm FOR SELECT TO livery_web
                   USING ((SELECT current_schema()) = 'public')""",
                "GRANT SELECT ON public.recipient, public.message TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                f"ALTER FUNCTION {MAIL_OF} OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                f"REVOKE EXECUTE ON FUNCTION {MAIL_OF} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION {MAIL_OF} TO livery_worker",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
