"""Mailboxes are made by invitation: without a password until their owner chooses one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0003_deleted")]
    operations = [
        migrations.AddField(
            "mailbox",
            "invite",
            models.EmailField(blank=True, db_default="", default="", max_length=254),
        ),
        migrations.AddField(
            "mailbox",
            "invitation_hash",
            models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField("mailbox", "invited_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "mailbox", "invitation_expires_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddIndex(
            "mailbox",
            models.Index(
                fields=["invitation_hash"],
                name="mailbox_invitation",
                condition=~models.Q(invitation_hash=""),
            ),
        ),
        migrations.AddIndex(
            "mailbox",
            models.Index(
                fields=["invited_at"],
                name="mailbox_invited_at",
                condition=models.Q(invited_at__isnull=False),
            ),
        ),
    ]
