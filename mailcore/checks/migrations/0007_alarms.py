"""Alarms about records that were right before."""

from django.db import migrations, models

import kernel.clock
import kernel.ids
from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [
        ("checks", "0006_said"),
    ]

    operations = [
        migrations.AddField(
            model_name="recordverdict",
            name="matched_value",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.CreateModel(
            name="DomainAlarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.ids.uuid7, unique=True)),
                ("reseller_id", models.UUIDField()),
                ("domain_id", models.UUIDField()),
                ("domain", models.CharField(max_length=253)),
                ("kind", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=253)),
                ("type", models.CharField(max_length=10)),
                ("value", models.TextField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")],
                        default="open",
                        max_length=6,
                    ),
                ),
                ("verdict", models.CharField(max_length=10)),
                ("code", models.CharField(max_length=60)),
                ("params", models.JSONField(default=dict)),
                ("found", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField(default=kernel.clock.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("recovery_told_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "domain_alarm",
                "indexes": [
                    models.Index(fields=["domain_id", "opened_at"], name="domain_alarm_domain")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("domain_id", "kind", "name"),
                        name="domain_alarm_open_once",
                    )
                ],
            },
        ),
        # What was held back is looked for over all resellers.
        protect("domain_alarm", every_row=("worker",)),
    ]
