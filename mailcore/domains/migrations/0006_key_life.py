"""The life of DKIM keys: those that sign already were shown by DNS, and count their days from birth."""

from django.db import migrations, models

from kernel import clock

_LIVED = """
UPDATE dkim_key SET since = created_at,
    signing_at = CASE WHEN state = 'active' THEN created_at END,
    shown_at = CASE WHEN state = 'active' THEN created_at END
"""


class Migration(migrations.Migration):
    dependencies = [("domains", "0005_policies")]
    operations = [
        migrations.AddField(
            "domain", "rotation_asked_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField("dkimkey", "since", models.DateTimeField(default=clock.now)),
        migrations.AddField("dkimkey", "signing_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("dkimkey", "revoked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("dkimkey", "shown_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("dkimkey", "missed", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("dkimkey", "is_reuse", models.BooleanField(default=False)),
        migrations.RunSQL(_LIVED, reverse_sql=migrations.RunSQL.noop),
    ]
