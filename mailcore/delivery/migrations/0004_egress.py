"""Sources, pools, the map of streams to pools, warm-up."""

from pathlib import Path

from django.db import migrations

from kernel.rls import protect

SCHEMA = (Path(__file__).parents[1] / "sql" / "egress_schema.sql").read_text(encoding="utf-8")
#: Without a reseller: the operator's alone.
OPERATORS = ("egress_source", "egress_listing", "pool_member", "warmup", "egress_day")
#: What the two functions below read for roles that may not read it themselves.
LOOKED_UP = ("stream_pool", "pool_member", "egress_source")
FUNCTIONS = ("sec.pool_of(uuid, text)", "sec.node_of(text, text)")


def looking_up(function: str) -> list[str]:
    return [
        f"ALTER FUNCTION {function} OWNER TO livery_lookup",
        f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {function} TO livery_web, livery_operator, livery_worker, livery_delivery",
    ]


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_queue")]
    operations = [
        migrations.RunSQL(sql=[(SCHEMA, None)], reverse_sql=migrations.RunSQL.noop),
        protect("egress_pool", every_row=("delivery",)),
        protect("stream_pool", every_row=("delivery",)),
        migrations.RunSQL(
            sql=[
                "REVOKE INSERT, UPDATE, DELETE ON public.egress_pool, public.stream_pool FROM livery_app",
                *(
                    f"REVOKE ALL ON public.{table} FROM livery_app, livery_provision"
                    for table in OPERATORS
                ),
                *(
                    f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO livery_delivery, livery_operator"
                    for table in (*OPERATORS, "egress_pool", "stream_pool")
                ),
                f"GRANT SELECT ON {', '.join(f'public.{table}' for table in LOOKED_UP)} TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                *(statement for function in FUNCTIONS for statement in looking_up(function)),
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                "INSERT INTO public.egress_pool (name) VALUES ('default')",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
