"""Suppressions and pauses of streams."""

from pathlib import Path

from django.db import migrations

from kernel.rls import protect

SCHEMA = Path(__file__).parents[1] / "sql" / "suppression_schema.sql"
LOOK_UPS = (
    "sec.suppressed_each(uuid[], text[], text[])",
    "sec.suppressed_among(uuid, text, text[])",
    "sec.paused_stream(uuid, text)",
)


class Migration(migrations.Migration):
    dependencies = [("delivery", "0005_shaping")]
    operations = [
        # One statement batch without parameters: the text holds percent-free SQL.
        migrations.RunSQL(
            sql=[(SCHEMA.read_text(encoding="utf-8"), None)], reverse_sql=migrations.RunSQL.noop
        ),
        # A row without a reseller is global: no reseller's policy ever matches it.
        protect("suppression", every_row=("delivery",)),
        protect("suppression_strike", every_row=("delivery",), tenant=()),
        protect("stream_pause", every_row=("worker",), read_every_row=("delivery",)),
        migrations.RunSQL(
            sql=[
                # A reseller sees its pauses; only the platform makes and ends them.
                "REVOKE INSERT, UPDATE, DELETE ON public.stream_pause FROM livery_app",
                "GRANT INSERT, UPDATE ON public.stream_pause TO livery_worker, livery_operator",
                "GRANT SELECT ON public.suppression, public.stream_pause TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                *(f"ALTER FUNCTION {name} OWNER TO livery_lookup" for name in LOOK_UPS),
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                *(f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC" for name in LOOK_UPS),
                *(
                    f"GRANT EXECUTE ON FUNCTION {name}"
                    " TO livery_web, livery_operator, livery_worker, livery_delivery"
                    for name in LOOK_UPS
                ),
            ],
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
