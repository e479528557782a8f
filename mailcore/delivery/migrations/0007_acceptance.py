"""What acceptance writes beside the message: pool, body hash, limits."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_suppression")]
    operations: list[object] = []
