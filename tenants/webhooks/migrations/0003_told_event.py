"""Business events as they are told outside, for 30 days."""

from django.db import migrations, models

import kernel.ids
from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_security")]
    operations = [
        migrations.CreateModel(
            name="ToldEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(default=kernel.ids.uuid7, primary_key=True, serialize=False),
                ),
                ("event_id", models.UUIDField(unique=True)),
                ("reseller_id", models.UUIDField()),
                ("organisation_id", models.UUIDField(null=True)),
                ("event_type", models.CharField(max_length=40)),
                ("subject", models.CharField(max_length=80)),
                ("occurred_at", models.DateTimeField()),
                ("data", models.JSONField()),
            ],
            options={
                "db_table": "told_event",
                "indexes": [models.Index(fields=["reseller_id", "id"], name="told_event_reseller")],
            },
        ),
        protect("told_event", every_row=("worker",)),
    ]
