"""Members are invited, and who was shut out is logged in nowhere."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AddField(
            "member",
            "invitation_hash",
            models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField("member", "invited_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "member", "invitation_expires_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField("member", "shut_out_at", models.DateTimeField(blank=True, null=True)),
    ]
