"""Links to choose a password that were mailed within a day: nobody gets many of them."""

from django.db import migrations, models

from kernel import clock
from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("resellers", "0004_mail_hosts")]
    operations = [
        migrations.CreateModel(
            name="InvitationSent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reseller_id", models.UUIDField()),
                (
                    "purpose",
                    models.CharField(
                        choices=[("member", "Member"), ("mailbox", "Mailbox")], max_length=8
                    ),
                ),
                ("inbox", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField(default=clock.now)),
            ],
            options={"db_table": "invitation_sent"},
        ),
        migrations.AddIndex(
            "invitationsent",
            models.Index(
                fields=["reseller_id", "purpose", "inbox", "sent_at"],
                name="invitation_sent_inbox",
            ),
        ),
        migrations.AddIndex(
            "invitationsent",
            models.Index(fields=["sent_at"], name="invitation_sent_at"),
        ),
        # The worker forgets old rows of everybody.
        protect("invitation_sent", every_row=("worker",)),
    ]
