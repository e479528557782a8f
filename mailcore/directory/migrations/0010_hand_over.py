"""Offers of domains to other resellers, and the switch of all that is public."""

from pathlib import Path

from django.db import migrations, models

import kernel.clock
import kernel.ids
from kernel.rls import protect

SCHEMA = Path(__file__).parents[1] / "sql" / "hand_over.sql"
FUNCTIONS = (
    "sec.redeem_hand_over(text, timestamptz)",
    "sec.decline_hand_over(uuid, timestamptz)",
    "sec.hand_over(uuid, uuid, timestamptz)",
)


class Migration(migrations.Migration):
    dependencies = [("directory", "0009_deleted_logins"), ("checks", "0007_alarms")]
    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.ids.uuid7, unique=True)),
                ("reseller_id", models.UUIDField()),
                ("to_reseller_id", models.UUIDField(blank=True, db_index=True, null=True)),
                ("domain_id", models.UUIDField()),
                ("domain", models.CharField(max_length=253)),
                ("code_hash", models.CharField(blank=True, default="", max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("expired", "Expired"),
                        ],
                        default="offered",
                        max_length=10,
                    ),
                ),
                ("offered_at", models.DateTimeField(default=kernel.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "hand_over",
                "indexes": [models.Index(fields=["domain"], name="hand_over_domain")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "offered")),
                        fields=("domain_id",),
                        name="hand_over_open_once",
                    )
                ],
            },
        ),
        protect("hand_over", every_row=("worker",), read_every_row=("signer",)),
        # One statement batch without parameters: the text holds percent-free SQL.
        migrations.RunSQL(
            sql=[(SCHEMA.read_text(encoding="utf-8"), None)],
            reverse_sql=[
                *(f"DROP FUNCTION {name}" for name in FUNCTIONS),
                "DROP FUNCTION sec.calling_reseller()",
            ],
        ),
        migrations.RunSQL(
            sql=[
                """CREATE POLICY taker ON public.hand_over FOR SELECT TO livery_web
                   USING (to_reseller_id = (SELECT sec.reseller_of(current_schema())))""",
                "GRANT SELECT (public_id, schema_name) ON public.reseller TO livery_lookup",
                """GRANT SELECT, UPDATE ON public.hand_over, public.route, public.mailbox_login,
                   public.alias_route, public.app_password, public.domain_schedule, public.record_verdict,
                   public.domain_alarm TO livery_lookup""",
                # Whose a key is, never the key.
                "GRANT SELECT (reseller_id, domain) ON public.signing_key TO livery_lookup",
                "GRANT UPDATE (reseller_id) ON public.signing_key TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                *(
                    statement
                    for name in FUNCTIONS
                    for statement in (
                        f"ALTER FUNCTION {name} OWNER TO livery_lookup",
                        f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC",
                        f"GRANT EXECUTE ON FUNCTION {name} TO livery_web, livery_worker",
                    )
                ),
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
