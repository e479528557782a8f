"""Row-level security of entitlements and counters."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("resellers", "0002_security")]
    operations = [protect("entitlement"), protect("counter")]
