"""Row-level security of what is left in our zone; workers take it out for all resellers."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("zones", "0003_left_targets")]
    operations = [protect("left_targets", every_row=("worker",))]
