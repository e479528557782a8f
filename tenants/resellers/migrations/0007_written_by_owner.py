"""Resellers and their hosts are read by everybody and changed by their own; sign-ups are seen by nobody else."""

from django.db import migrations

from kernel.rls import OWN_KEY, only_made_in_public


class Migration(migrations.Migration):
    dependencies = [("resellers", "0006_brand_security")]
    operations = [
        only_made_in_public("reseller", own="schema_name = (SELECT current_schema())", shown=True),
        only_made_in_public("reseller_host", own=f"tenant_id = {OWN_KEY}", shown=True),
        only_made_in_public("sign_up", own=f"reseller_id = {OWN_KEY}", shown=False),
    ]
