"""Sources, pools, the map of streams to pools, warm-up."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_queue")]
    operations: list[object] = []
