"""The engine looks at the holds before mail leaves."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("directory", "0013_holds")]
    operations = [
        migrations.RunSQL(
            sql=[
                "GRANT SELECT ON public.hold TO livery_delivery",
                "CREATE POLICY read_delivery ON public.hold FOR SELECT TO livery_delivery USING (true)",
            ],
            reverse_sql=[
                "DROP POLICY read_delivery ON public.hold",
                "REVOKE SELECT ON public.hold FROM livery_delivery",
            ],
        )
    ]
