"""What each server says, since when, and when records in our own zone are to be written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checks", "0005_keys_due")]
    operations = [
        migrations.AddField(
            "domainschedule",
            "targets_due_at",
            models.DateTimeField(blank=True, db_index=True, null=True),
        ),
        migrations.AddField(
            "recordverdict", "need", models.CharField(default="required", max_length=12)
        ),
        migrations.AddField("recordverdict", "params", models.JSONField(default=dict)),
        migrations.AddField("recordverdict", "said", models.JSONField(default=list)),
        migrations.RenameField("recordverdict", "checked_at", "since"),
    ]
