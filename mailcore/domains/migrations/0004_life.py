"""Who suspended a domain, and since when nothing in DNS leads to us."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("domains", "0003_publishing")]
    operations = [
        migrations.AddField(
            "domain",
            "suspended_by",
            models.CharField(
                blank=True,
                choices=[("", "Nobody"), ("reseller", "Reseller"), ("operator", "Operator")],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField("domain", "suspended_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "domain", "evidence_lost_at", models.DateTimeField(blank=True, null=True)
        ),
    ]
