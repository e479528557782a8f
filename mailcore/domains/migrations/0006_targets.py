"""When what a domain's CNAMEs point to was first written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("domains", "0005_policies")]
    operations = [
        migrations.AddField("domain", "targets_at", models.DateTimeField(blank=True, null=True)),
    ]
