"""Row-level security for public tables that carry `reseller_id` (foundations 6)."""

from collections.abc import Sequence

from django.db import migrations

_TENANT = "reseller_id = (SELECT sec.reseller_of(current_schema()))"
#: The sub-select makes the look-up run once a query, not once a row.
_ALL = "USING (true) WITH CHECK (true)"
#: For tables with a foreign key to `public.reseller`.
OWN_KEY = "(SELECT r.id FROM public.reseller r WHERE r.schema_name = current_schema())"
#: Where resellers are made and the operator works; no reseller's host leads there.
_IN_PUBLIC = "(SELECT current_schema()) = 'public'"


def protect(
    table: str,
    *,
    every_row: Sequence[str] = (),
    read_every_row: Sequence[str] = (),
    tenant: Sequence[str] = ("web", "worker"),
) -> migrations.RunSQL:
    """A migration step: `table` shows each reseller only its own rows.

    `every_row` names roles (without the prefix) that read and write all rows, `read_every_row`
    those that only read them; the operator and data migrations always may. Roles named for
    either lose the tenant policy. Grants go with the policies.
    """
    free = {*every_row, *read_every_row}
    bound = [role for role in tenant if role not in free]
    return migrations.RunSQL(
        sql=[*_base(table), *_tenant(table, bound), *_open(table, every_row, read_every_row)],
        reverse_sql=[f"ALTER TABLE public.{table} DISABLE ROW LEVEL SECURITY"],
    )


def _base(table: str) -> list[str]:
    name = f"public.{table}"
    return [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY operator ON {name} TO livery_operator USING (true) WITH CHECK (true)",
        # FORCE binds the owner too: without this a data migration sees no row and says nothing.
        f"CREATE POLICY maintenance ON {name} TO livery_owner USING (true) WITH CHECK (true)",
    ]


def _tenant(table: str, roles: Sequence[str]) -> list[str]:
    if not roles:
        return []
    to = ", ".join(f"livery_{role}" for role in roles)
    return [
        f"CREATE POLICY tenant ON public.{table} TO {to} USING ({_TENANT}) WITH CHECK ({_TENANT})"
    ]


def _open(table: str, write: Sequence[str], read: Sequence[str]) -> list[str]:
    statements: list[str] = []
    for role in write:
        statements += [
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO livery_{role}",
            f"CREATE POLICY every_row_{role} ON public.{table} TO livery_{role} {_ALL}",
        ]
    for role in read:
        statements += [
            f"GRANT SELECT ON public.{table} TO livery_{role}",
            f"CREATE POLICY read_{role} ON public.{table} FOR SELECT TO livery_{role} USING (true)",
        ]
    return statements


def only_read_by_tenants(table: str) -> migrations.RunSQL:
    """A migration step: what `protect` lets each reseller do with its own rows is only to see them."""
    name = f"public.{table}"
    to = "TO livery_web, livery_worker"
    return migrations.RunSQL(
        sql=[
            f"DROP POLICY tenant ON {name}",
            f"CREATE POLICY tenant ON {name} FOR SELECT {to} USING ({_TENANT})",
        ],
        reverse_sql=[
            f"DROP POLICY tenant ON {name}",
            f"CREATE POLICY tenant ON {name} {to} USING ({_TENANT}) WITH CHECK ({_TENANT})",
        ],
    )


def only_written_by_owner(table: str) -> migrations.RunSQL:
    """A migration step: every reseller reads all rows of `table`, and writes its own alone.

    For what is read before a reseller is known, with a foreign key to `public.reseller` as
    `reseller_id`. Schema `public`, where resellers are made and no reseller's host leads, writes all.
    """
    name = f"public.{table}"
    may = f"(reseller_id = {OWN_KEY} OR {_IN_PUBLIC})"
    to = "TO livery_web, livery_worker"
    return migrations.RunSQL(
        sql=[
            *_base(table),
            f"CREATE POLICY read ON {name} FOR SELECT {to} USING (true)",
            f"CREATE POLICY tenant ON {name} {to} USING {may} WITH CHECK {may}",
        ],
        reverse_sql=[*_bare(table, "tenant", "read")],
    )


def only_made_in_public(table: str, *, own: str, shown: bool) -> migrations.RunSQL:
    """A migration step: rows of `table` begin and end in schema `public`, which writes them all.

    A reseller only changes the rows that fit `own`, a condition. `shown`: who may read the table
    reads all rows, for it is read before a reseller is known; else a reseller reads its own alone.
    """
    name, may = f"public.{table}", f"({own} OR {_IN_PUBLIC})"
    to = "TO livery_web, livery_worker"
    # Who reads is a matter of grants where all rows are shown: other roles look resellers up too.
    reading = "USING (true)" if shown else f"{to} USING {may}"
    return migrations.RunSQL(
        sql=[
            *_base(table),
            f"CREATE POLICY read ON {name} FOR SELECT {reading}",
            f"CREATE POLICY change ON {name} FOR UPDATE {to} USING {may} WITH CHECK {may}",
            f"CREATE POLICY make ON {name} FOR INSERT {to} WITH CHECK ({_IN_PUBLIC})",
            f"CREATE POLICY unmake ON {name} FOR DELETE {to} USING ({_IN_PUBLIC})",
        ],
        reverse_sql=[*_bare(table, "read", "change", "make", "unmake")],
    )


def _bare(table: str, *policies: str) -> list[str]:
    """Undo `_base` and these policies."""
    name = f"public.{table}"
    return [
        f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY",
        *(f"DROP POLICY {one} ON {name}" for one in (*policies, "maintenance", "operator")),
    ]


def open_to_console(table: str, *, privileges: Sequence[str] = ("SELECT",)) -> migrations.RunSQL:
    """A migration step: the operator's own pages and API see every row of a protected table.

    They run in schema `public`, which no reseller's host reaches.
    """
    name = f"public.{table}"
    parts = {"SELECT": f"USING ({_IN_PUBLIC})", "DELETE": f"USING ({_IN_PUBLIC})"}
    parts["INSERT"] = f"WITH CHECK ({_IN_PUBLIC})"
    parts["UPDATE"] = f"USING ({_IN_PUBLIC}) WITH CHECK ({_IN_PUBLIC})"
    return migrations.RunSQL(
        sql=[
            f"GRANT {', '.join(privileges)} ON {name} TO livery_web",
            *(
                f"CREATE POLICY console_{one.lower()} ON {name} FOR {one} TO livery_web {parts[one]}"
                for one in privileges
            ),
        ],
        reverse_sql=[f"DROP POLICY console_{one.lower()} ON {name}" for one in privileges],
    )
