"""Links of invitations that are to be mailed are found without reading every mailbox."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0004_invitations")]
    operations = [
        migrations.AddIndex(
            "mailbox",
            models.Index(
                fields=["invited_at"],
                name="mailbox_link_waited_for",
                condition=models.Q(invitation_hash="") & ~models.Q(invite=""),
            ),
        )
    ]
