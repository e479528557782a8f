"""Row-level security of webhooks; the sender looks over all resellers, as role delivery."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial"), ("resellers", "0002_security")]
    operations = [
        protect("webhook_endpoint", every_row=("worker", "delivery")),
        protect("webhook_delivery", every_row=("worker", "delivery")),
    ]
