"""A domain's messages are listed by an index of their own."""

from typing import Any

from django.db import migrations

#: Days without a part of the index yet; days that are made from now on have theirs.
_MISSING = """
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'public.message'::regclass
EXCEPT
SELECT indrelid::regclass::text FROM pg_inherits JOIN pg_index ON indexrelid = inhrelid
WHERE inhparent = 'public.message_domain'::regclass
"""
_COLUMNS = "(reseller_id, from_domain, id)"


def make(_: Any, editor: Any) -> None:
    """Day by day, in nobody's way (decision 0028); can be cut off and begun again."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS message_domain ON ONLY public.message {_COLUMNS}"
        )
        cursor.execute(_MISSING)
        for (day,) in cursor.fetchall():
            name = f"{day.removeprefix('public.')}_from_domain"
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS public.{name}")
            cursor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {day} {_COLUMNS}")
            cursor.execute(f"ALTER INDEX public.message_domain ATTACH PARTITION public.{name}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("delivery", "0019_messages_by_organisation")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
