"""What did not change since all was right is known again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checks", "0008_watched")]
    operations = [
        migrations.AddField(
            "domainschedule", "fingerprint", models.JSONField(blank=True, null=True)
        )
    ]
