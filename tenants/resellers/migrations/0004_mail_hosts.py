"""Mail hosts under names of the reseller's own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("resellers", "0003_brand_logo")]
    operations = [
        migrations.AddField(
            "brand", "imap_host", models.CharField(blank=True, default="", max_length=253)
        ),
        migrations.AddField(
            "brand", "smtp_host", models.CharField(blank=True, default="", max_length=253)
        ),
        migrations.AddField(
            "brand", "mail_hosts_asked_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField("resellerhost", "is_named", models.BooleanField(default=False)),
        migrations.AddConstraint(
            "resellerhost",
            models.UniqueConstraint(
                condition=models.Q(is_named=True),
                fields=("tenant", "kind"),
                name="reseller_host_named_once",
            ),
        ),
    ]
