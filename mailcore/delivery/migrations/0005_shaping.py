"""Shaping rules of the operator, overlays that replies caused."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_egress")]
    operations: list[object] = []
