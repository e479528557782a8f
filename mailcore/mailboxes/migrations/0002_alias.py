"""Aliases."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import kernel.clock
import kernel.ids


class Migration(migrations.Migration):
    dependencies = [("domains", "0001_initial"), ("mailboxes", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Alias",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=kernel.ids.uuid7, unique=True)),
                ("address", models.CharField(max_length=320, unique=True)),
                (
                    "targets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=320), size=None
                    ),
                ),
                ("created_at", models.DateTimeField(default=kernel.clock.now)),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="domains.domain",
                    ),
                ),
            ],
            options={"verbose_name_plural": "aliases", "db_table": "alias"},
        ),
    ]
