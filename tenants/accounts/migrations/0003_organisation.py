"""Members may belong to one organisation of the reseller."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_invitations")]
    operations = [
        migrations.AddField("member", "organisation_id", models.UUIDField(blank=True, null=True)),
    ]
