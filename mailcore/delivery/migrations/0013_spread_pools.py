"""Pools with sources on several nodes (decision 0029)."""

from pathlib import Path

from django.db import migrations

SCHEMA = (Path(__file__).parents[1] / "sql" / "spread_schema.sql").read_text(encoding="utf-8")
#: What the functions read for roles that may not read it themselves.
LOOKED_UP = ("egress_node", "egress_shard", "egress_listing")
FUNCTIONS = (
    "sec.node_works(text)",
    "sec.is_spread(text)",
    "sec.home_of(text, text, uuid, text)",
)


def looking_up(function: str) -> list[str]:
    return [
        f"ALTER FUNCTION {function} OWNER TO livery_lookup",
        f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {function} TO livery_web, livery_operator, livery_worker, livery_delivery",
    ]


class Migration(migrations.Migration):
    dependencies = [("delivery", "0012_partitions")]
    operations = [
        migrations.RunSQL(
            sql=[
                (SCHEMA, None),
                f"GRANT SELECT ON {', '.join(f'public.{table}' for table in LOOKED_UP)} TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                *(statement for function in FUNCTIONS for statement in looking_up(function)),
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
