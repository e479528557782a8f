"""Recipients are found by their address, by an index in the place of one that nothing read."""

from pathlib import Path
from typing import Any

from django.db import migrations

_SCHEMA = (Path(__file__).parents[1] / "sql" / "messages_to_schema.sql").read_text(encoding="utf-8")
_FUNCTION = "sec.messages_to(text, uuid, uuid, uuid, uuid, integer)"
_COLUMNS = "(reseller_id, sec.mail_key(address), message_id)"
#: Days without a part of the index yet; days that are made from now on have theirs.
_MISSING = """
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'public.recipient'::regclass
EXCEPT
SELECT indrelid::regclass::text FROM pg_inherits JOIN pg_index ON indexrelid = inhrelid
WHERE inhparent = 'public.recipient_address'::regclass
"""


def make(_: Any, editor: Any) -> None:
    """Day by day, in nobody's way (decision 0028); can be cut off and begun again."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS recipient_address ON ONLY public.recipient {_COLUMNS}"
        )
        cursor.execute(_MISSING)
        for (day,) in cursor.fetchall():
            name = f"{day.removeprefix('public.')}_address"
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS public.{name}")
            cursor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {day} {_COLUMNS}")
            cursor.execute(f"ALTER INDEX public.recipient_address ATTACH PARTITION public.{name}")
        cursor.execute("DROP INDEX IF EXISTS public.recipient_reseller")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("delivery", "0015_pauses_by_sides"), ("directory", "0010_hand_over")]
    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
        migrations.RunSQL(
            sql=[
                (_SCHEMA, None),
                "GRANT SELECT ON public.recipient TO livery_lookup",
                "GRANT CREATE ON SCHEMA sec TO livery_lookup",
                f"ALTER FUNCTION {_FUNCTION} OWNER TO livery_lookup",
                "REVOKE CREATE ON SCHEMA sec FROM livery_lookup",
                f"REVOKE EXECUTE ON FUNCTION {_FUNCTION} FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION {_FUNCTION} TO livery_web, livery_worker",
            ],
            reverse_sql=f"DROP FUNCTION {_FUNCTION}",
        ),
    ]
