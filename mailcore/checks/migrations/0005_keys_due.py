"""When the next step in the life of a domain's DKIM keys is due: at once for those that are here."""

from django.db import migrations, models

from kernel import clock


class Migration(migrations.Migration):
    dependencies = [("checks", "0004_names")]
    operations = [
        migrations.AddField(
            "domainschedule",
            "keys_due_at",
            models.DateTimeField(blank=True, db_index=True, default=clock.now, null=True),
        )
    ]
