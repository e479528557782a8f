"""A logo may be a PNG as well as an SVG: its bytes and its media type."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("resellers", "0002_security")]
    operations = [
        migrations.RemoveField("brand", "logo_svg"),
        migrations.AddField("brand", "logo", models.BinaryField(blank=True, null=True)),
        migrations.AddField(
            "brand", "logo_type", models.CharField(blank=True, default="", max_length=20)
        ),
    ]
