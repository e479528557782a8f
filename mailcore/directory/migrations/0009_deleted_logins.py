"""A deleted mailbox is nobody to Postfix and Dovecot, while its address is kept."""

from django.db import migrations, models

MAILBOX = """
CREATE OR REPLACE VIEW public.postfix_mailbox AS
SELECT m.address FROM public.mailbox_login m JOIN public.route r USING (domain)
WHERE r.is_verified AND r.kind = 'hosted' AND m.state <> 'deleted'
"""
USER = """
CREATE OR REPLACE VIEW public.dovecot_user AS
SELECT address, home, public_id, quota_bytes FROM public.mailbox_login WHERE state <> 'deleted'
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0008_served_names")]
    operations = [
        migrations.AlterField(
            "mailboxlogin",
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
        migrations.RunSQL(sql=[MAILBOX, USER], reverse_sql=migrations.RunSQL.noop),
    ]
