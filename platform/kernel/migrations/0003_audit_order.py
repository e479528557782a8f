"""The audit log in the order of its numbers, reseller by reseller."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_security")]
    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["reseller_id", "-id"], name="audit_reseller_order"),
        ),
    ]
