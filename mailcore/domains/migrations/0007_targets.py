"""When what a domain's CNAMEs point to was first written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("domains", "0006_key_life")]
    operations = [
        migrations.AddField("domain", "targets_at", models.DateTimeField(blank=True, null=True)),
    ]
