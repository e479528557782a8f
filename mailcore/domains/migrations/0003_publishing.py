"""How a domain's records are published, and the policies that it asks of receivers and senders."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("domains", "0002_published")]
    operations = [
        migrations.AddField(
            "domain",
            "publishing",
            models.CharField(
                choices=[("direct", "Direct"), ("cname", "Cname")], default="direct", max_length=10
            ),
        ),
        migrations.AddField(
            "domain",
            "dmarc_policy",
            models.CharField(
                choices=[("none", "None"), ("quarantine", "Quarantine"), ("reject", "Reject")],
                default="none",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "domain",
            "mta_sts_mode",
            models.CharField(
                choices=[("none", "None"), ("testing", "Testing"), ("enforce", "Enforce")],
                default="testing",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "domain", "mta_sts_changed_at", models.DateTimeField(blank=True, null=True)
        ),
    ]
