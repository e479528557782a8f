"""The public half of each signing key, so that it can be published again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_security")]
    operations = [
        migrations.AddField("signingkey", "public_key", models.TextField(default="")),
        migrations.RunSQL(
            sql="GRANT SELECT (public_key) ON public.signing_key TO livery_app",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
