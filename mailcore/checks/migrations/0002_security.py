"""Row-level security of check results; the scheduler looks over all resellers."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("checks", "0001_initial"), ("resellers", "0002_security")]
    operations = [
        protect("domain_schedule", every_row=("worker",)),
        protect("record_verdict"),
    ]
