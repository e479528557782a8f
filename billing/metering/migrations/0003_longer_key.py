"""Keys of mail hold a domain name, which may have 253 characters."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metering", "0002_security")]
    operations = [
        migrations.AlterField(
            model_name="usagerecord",
            name="key",
            field=models.CharField(max_length=500, unique=True),
        ),
    ]
