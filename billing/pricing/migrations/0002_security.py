"""Row-level security of subscriptions."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("pricing", "0001_initial"), ("resellers", "0002_security")]
    operations = [protect("subscription")]
