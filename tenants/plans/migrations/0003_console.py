"""The operator's host sees who has which plan and how much of it is used, and gives plans."""

from django.db import migrations

from kernel.rls import open_to_console


class Migration(migrations.Migration):
    dependencies = [("plans", "0002_security")]
    operations = [
        open_to_console("entitlement", privileges=("SELECT", "INSERT", "UPDATE")),
        open_to_console("counter"),
    ]
