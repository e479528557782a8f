"""A brand is read by everybody, for every host shows one, and written by its reseller alone."""

from django.db import migrations

from kernel.rls import only_written_by_owner


class Migration(migrations.Migration):
    dependencies = [("resellers", "0005_invitations_sent")]
    operations = [only_written_by_owner("brand")]
