"""Suppressions and pauses of streams."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0005_shaping")]
    operations: list[object] = []
