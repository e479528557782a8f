"""What we wrote into a zone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("domains", "0001_initial")]
    operations = [
        migrations.AddField("dnscredential", "published", models.JSONField(default=list)),
    ]
