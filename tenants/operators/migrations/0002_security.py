"""Only the operator's own host sees the operator's keys."""

from django.db import migrations

from kernel.rls import open_to_console, protect


class Migration(migrations.Migration):
    dependencies = [("operators", "0001_initial"), ("resellers", "0002_security")]
    operations = [
        protect("operator_key", tenant=()),
        open_to_console("operator_key", privileges=("SELECT", "INSERT", "UPDATE")),
    ]
