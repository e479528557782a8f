"""Holds, and what they hold as a column of routes and logins."""

from pathlib import Path

import django.contrib.postgres.fields
import kernel.clock
import kernel.ids
from django.db import migrations, models

from kernel.rls import protect

SCHEMA = Path(__file__).parents[1] / "sql" / "holds.sql"
FUNCTIONS = (
    "sec.held_scopes(uuid, uuid, uuid)",
    "sec.route_is_held()",
    "sec.login_is_held()",
    "sec.hold_has_changed()",
)


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0012_contested_claims"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailboxlogin",
            name="on_hold",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="route",
            name="on_hold",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10), default=list, editable=False, size=None
            ),
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.ids.uuid7, unique=True)),
                ("reseller_id", models.UUIDField()),
                (
                    "object_kind",
                    models.CharField(
                        choices=[
                            ("reseller", "Reseller"),
                            ("domain", "Domain"),
                            ("mailbox", "Mailbox"),
                        ],
                        max_length=10,
                    ),
                ),
                ("object_id", models.UUIDField()),
                ("name", models.CharField(max_length=320)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("billing", "Billing"),
                            ("abuse", "Abuse"),
                            ("legal", "Legal"),
                            ("owner", "Owner"),
                            ("migration", "Migration"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("send", "Send"),
                                ("receive", "Receive"),
                                ("login", "Login"),
                                ("delete", "Delete"),
                            ],
                            max_length=10,
                        ),
                        size=None,
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("operator", "Operator"), ("reseller", "Reseller")], max_length=10
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("placed_at", models.DateTimeField(default=kernel.clock.now)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "hold",
                "indexes": [
                    models.Index(
                        condition=models.Q(("lifted_at", None)),
                        fields=["reseller_id"],
                        name="hold_standing",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)),
                        fields=("object_id", "kind", "side"),
                        name="hold_once",
                    )
                ],
            },
        ),
        protect("hold", every_row=("worker",)),
        migrations.RunSQL(
            sql=[
                "GRANT SELECT ON public.hold TO livery_lookup",
                "GRANT CREATE ON SCHEMA public, sec TO livery_lookup",
                # One statement batch without parameters: the text holds percent-free SQL.
                (SCHEMA.read_text(encoding="utf-8"), None),
                *(f"ALTER FUNCTION {name} OWNER TO livery_lookup" for name in FUNCTIONS),
                *(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC" for name in FUNCTIONS),
                "REVOKE CREATE ON SCHEMA public, sec FROM livery_lookup",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
