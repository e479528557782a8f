"""The company that an API keeps: other resellers, and a reseller's many mailboxes."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from stack.client.endpoints import Endpoints
from stack.demo import signup
from stack.demo.world import World, new_company

_AT_ONCE = 4
_SCHEMA = "SELECT schema_name FROM public.reseller_host h JOIN public.reseller r ON r.id = h.tenant_id WHERE h.domain = %s"
_COUNT = "SELECT count(*) FROM public.reseller WHERE state = 'active'"
_KEYS = "SELECT count(*) FROM public.spare_key"
#: The worker makes keys for a second of every ten.
_KEYS_WAIT, _KEYS_POLL = 400.0, 2.0


def invite(world: World, *, resellers: int) -> int:
    """Have new resellers sign up, as people do, until so many are there; how many there are."""
    missing = resellers - _present(world.endpoints)

    def join(_: int) -> None:
        company = new_company(world.endpoints, name="Bench", colour="#334155")
        signup.sign_up(world, company)

    with ThreadPoolExecutor(_AT_ONCE) as executor:
        list(executor.map(join, range(max(0, missing))))
    return _present(world.endpoints)


def stock(endpoints: Endpoints, *, keys: int) -> int:
    """Wait until so many DKIM keys are in store, as they are on any day; how many there are."""
    until = time.monotonic() + _KEYS_WAIT
    while (found := _count(endpoints, _KEYS)) < keys and time.monotonic() < until:
        time.sleep(_KEYS_POLL)
    return found


def fill(world: World, *, mailboxes: int) -> None:
    """Rows of mailboxes of the measured reseller: enough to list, nobody logs in to them."""
    statement = (
        Path(str(world.endpoints.raw["checkout"]))
        / "platform"
        / "deploy"
        / "bench"
        / "mailboxes.sql"
    )
    dsn = world.endpoints.raw["dsn"]
    with psycopg.connect(str(dsn["owner"])) as connection:
        row = connection.execute(_SCHEMA, [world.acme.host]).fetchone()
    assert row is not None, f"no schema of {world.acme.host}"
    # Resellers' schemas belong to the role that makes them.
    with psycopg.connect(str(dsn["provision"]), autocommit=True) as connection:
        connection.execute(sql.SQL("SET search_path = {}, public").format(sql.Identifier(row[0])))
        connection.execute(
            statement.read_text(encoding="utf-8").encode(),
            {"domain": world.domain, "count": mailboxes},
        )
        connection.execute("VACUUM ANALYZE mailbox")


def _present(endpoints: Endpoints) -> int:
    return _count(endpoints, _COUNT)


def _count(endpoints: Endpoints, query: LiteralString) -> int:
    with psycopg.connect(str(endpoints.raw["dsn"]["owner"])) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
