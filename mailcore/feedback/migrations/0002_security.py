"""Row-level security of reports; which addresses are ours, asked without seeing them all."""

from django.db import migrations

from kernel.rls import protect

#: Which of these addresses mail leaves from here.
OURS = """
CREATE FUNCTION sec.egress_addresses_among(addresses text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT s.address FROM public.egress_source s WHERE s.address = ANY (addresses);
END
"""
NAME = "sec.egress_addresses_among(text[])"


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0001_initial"),
        ("delivery", "0013_spread_pools"),
        ("resellers", "0002_security"),
    ]
    operations = [
        protect("received_report", every_row=("worker", "delivery")),
        protect("dmarc_sum", every_row=("worker",)),
        protect("tls_sum", every_row=("worker",)),
        protect("source_mark"),
        migrations.RunSQL(
            sql=[
                # The feedback daemon only brings reports in; a reseller's pages only show them.
                "REVOKE UPDATE, DELETE ON public.received_report FROM livery_delivery",
                *(
                    f"REVOKE INSERT, UPDATE, DELETE ON public.{table} FROM livery_app"
                    for table in ("received_report", "dmarc_sum", "tls_sum")
                ),
                OURS,
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                f"ALTER FUNCTION {NAME} OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                f"REVOKE EXECUTE ON FUNCTION {NAME} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION {NAME} TO livery_worker",
            ],
            reverse_sql=[f"DROP FUNCTION {NAME}"],
        ),
    ]
