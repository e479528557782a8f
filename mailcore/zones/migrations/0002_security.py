"""Row-level security of plans; workers look over all resellers for what is due."""

from django.db import migrations

from kernel.rls import protect


class Migration(migrations.Migration):
    dependencies = [("zones", "0001_initial"), ("resellers", "0002_security")]
    operations = [
        protect("dns_plan", every_row=("worker",)),
        protect("owned_record"),
        protect("zone_access"),
        # `domains` 0008 moves what was known out of each reseller's schema, as their owner.
        *(
            migrations.RunSQL(
                [
                    f"GRANT INSERT ON public.{table} TO livery_provision",
                    f"""CREATE POLICY moves ON public.{table}
                        FOR INSERT TO livery_provision WITH CHECK (true)""",
                ],
                [
                    f"DROP POLICY moves ON public.{table}",
                    f"REVOKE INSERT ON public.{table} FROM livery_provision",
                ],
            )
            for table in ("owned_record", "zone_access")
        ),
    ]
