"""When somebody waits for a check, and when a DNS update is due."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checks", "0002_security")]
    operations = [
        migrations.AddField(
            "domainschedule", "watched_until", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "domainschedule",
            "publish_due_at",
            models.DateTimeField(blank=True, db_index=True, null=True),
        ),
        migrations.AddField(
            "domainschedule", "publish_tries", models.PositiveSmallIntegerField(default=0)
        ),
        migrations.AddField(
            "domainschedule",
            "publish_code",
            models.CharField(blank=True, default="", max_length=60),
        ),
        migrations.AddField(
            "domainschedule", "published_at", models.DateTimeField(blank=True, null=True)
        ),
    ]
