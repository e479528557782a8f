"""Domains that somebody waits for are found without a look at all that are due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checks", "0007_alarms")]
    operations = [
        migrations.AddIndex(
            "domainschedule",
            models.Index(
                fields=["watched_until"],
                condition=models.Q(watched_until__isnull=False),
                name="domain_schedule_watched",
            ),
        )
    ]
