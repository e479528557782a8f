"""Mailboxes are deleted with a way back, and know their quota."""

from django.db import migrations, models

import mailcore.mailboxes.models


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0002_alias")]
    operations = [
        migrations.AddField(
            "mailbox", "deleted_at", models.DateTimeField(blank=True, db_index=True, null=True)
        ),
        migrations.AddField(
            "mailbox",
            "quota_bytes",
            models.BigIntegerField(default=mailcore.mailboxes.models.USUAL_QUOTA),
        ),
        migrations.AlterField(
            "mailbox",
            "state",
            models.CharField(
                choices=[
                    ("active", "Active"),
                    ("suspended", "Suspended"),
                    ("deleted", "Deleted"),
                ],
                default="active",
                max_length=10,
            ),
        ),
    ]
