"""Row-level security of jobs; the worker goes from one reseller's job to the next one's."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("resellers", "0002_security")]
    operations = [
        protect("job", every_row=("worker",)),
        protect("job_item", every_row=("worker",)),
    ]
