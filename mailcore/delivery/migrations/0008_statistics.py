"""Hourly sums of mail facts."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0007_acceptance")]
    operations: list[object] = []
