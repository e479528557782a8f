"""Organisations have an address that is told of what breaks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_keys_bound_and_rotated")]
    operations = [
        migrations.AddField(
            "organisation",
            "contact_email",
            models.EmailField(blank=True, db_default="", default="", max_length=254),
        )
    ]
