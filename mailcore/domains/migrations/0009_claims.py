"""When somebody was told that a claim will lapse."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("domains", "0008_dns_credentials")]
    operations = [
        migrations.AddField("domain", "claim_told_at", models.DateTimeField(blank=True, null=True)),
    ]
