"""Each kind of mail host has the days of its own in which its name is looked for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("resellers", "0007_written_by_owner")]
    operations = [
        # The column stays what it is: no version that runs meanwhile misses it.
        migrations.AlterField(
            "brand",
            "mail_hosts_asked_at",
            models.DateTimeField(blank=True, db_column="mail_hosts_asked_at", null=True),
        ),
        migrations.RenameField("brand", "mail_hosts_asked_at", "imap_asked_at"),
        migrations.AddField("brand", "smtp_asked_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(
            "UPDATE public.brand SET smtp_asked_at = mail_hosts_asked_at WHERE smtp_host <> ''",
            migrations.RunSQL.noop,
        ),
        # It was the SMTP name's alone.
        migrations.RunSQL(
            "UPDATE public.brand SET mail_hosts_asked_at = NULL WHERE imap_host = ''",
            migrations.RunSQL.noop,
        ),
    ]
