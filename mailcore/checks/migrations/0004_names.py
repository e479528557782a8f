"""A verdict for each name: a purpose may have several records."""

from django.db import migrations, models

_NAMES = """
UPDATE record_verdict v SET name = CASE v.purpose
    WHEN 'ownership' THEN '_mail-ownership.' || s.domain
    WHEN 'dmarc' THEN '_dmarc.' || s.domain
    ELSE s.domain END
FROM domain_schedule s WHERE s.domain_id = v.domain_id
"""
#: Which key a verdict was about is not told here: the next look makes these rows again.
_FORGET = "DELETE FROM record_verdict WHERE purpose LIKE 'dkim-%' OR name = ''"


class Migration(migrations.Migration):
    dependencies = [("checks", "0003_watch_and_publish")]
    operations = [
        migrations.AddField(
            "recordverdict",
            "name",
            models.CharField(default="", max_length=253),
            preserve_default=False,
        ),
        migrations.RunSQL([_NAMES, _FORGET], reverse_sql=migrations.RunSQL.noop),
        migrations.RemoveConstraint("recordverdict", "record_verdict_once"),
        migrations.AddConstraint(
            "recordverdict",
            models.UniqueConstraint(
                fields=("domain_id", "purpose", "name"), name="record_verdict_at_name"
            ),
        ),
    ]
