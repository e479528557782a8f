"""The operator's host sees and changes sources, pools and calendars, as the operator's commands do."""

from django.db import migrations

from kernel.rls import only_read_by_tenants, open_to_console, protect

#: Without a reseller: nobody's but the operator's. The engine works on them as role delivery.
OPERATORS = ("egress_source", "egress_listing", "pool_member", "warmup", "egress_day")
WRITTEN = ("SELECT", "INSERT", "UPDATE")
TAKEN_OUT = (*WRITTEN, "DELETE")
FUNCTION = "sec.nodes_with_mail()"
CREATE = """
CREATE FUNCTION sec.nodes_with_mail() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC SELECT DISTINCT p.node FROM public.active_pair p; END
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0016_recipients_by_address")]
    operations = [
        *(protect(table, tenant=(), every_row=("delivery",)) for table in OPERATORS),
        # Role web may write these now: a reseller's own rows too are the operator's to choose.
        only_read_by_tenants("egress_pool"),
        only_read_by_tenants("stream_pool"),
        open_to_console("egress_source", privileges=WRITTEN),
        open_to_console("egress_listing"),
        open_to_console("egress_day"),
        open_to_console("egress_pool", privileges=WRITTEN),
        open_to_console("pool_member", privileges=TAKEN_OUT),
        open_to_console("stream_pool", privileges=TAKEN_OUT),
        open_to_console("warmup", privileges=TAKEN_OUT),
        migrations.RunSQL(
            sql=[
                # Names of machines and the age of their heartbeats, as egress_node is already.
                "GRANT SELECT ON public.egress_shard TO livery_web",
                CREATE,
                "GRANT SELECT ON public.active_pair TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                f"ALTER FUNCTION {FUNCTION} OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                f"REVOKE EXECUTE ON FUNCTION {FUNCTION} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO livery_web, livery_operator, livery_worker",
            ],
            reverse_sql=[f"DROP FUNCTION {FUNCTION}"],
        ),
    ]
