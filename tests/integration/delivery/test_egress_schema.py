"""The pool of a stream and the node of a pool, as acceptance asks for them."""

from collections import Counter
from uuid import UUID

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from kernel.roles import as_role
from mailcore.delivery.egress.members import Member, ranked

pytestmark = pytest.mark.django_db(transaction=True)


def _ask(query: str, *parameters: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()[0]


def _run(*statements: str) -> None:
    with as_role("operator"), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_a_stream_goes_by_its_own_row_then_by_the_platforms_then_by_default(acme, globex):
    mine, other = acme.reseller.public_id, globex.reseller.public_id
    assert _ask("SELECT sec.pool_of(%s, 'bulk')", mine) == "default"
    _run(
        "INSERT INTO egress_pool (name) VALUES ('bulk'), ('acme')",
        f"INSERT INTO stream_pool VALUES (NULL, 'bulk', 'bulk'), ('{mine}', 'bulk', 'acme')",
    )
    assert _ask("SELECT sec.pool_of(%s, 'bulk')", mine) == "acme"
    assert _ask("SELECT sec.pool_of(%s, 'bulk')", other) == "bulk"
    assert _ask("SELECT sec.pool_of(%s, 'mailbox')", mine) == "default"
    assert _ask("SELECT count(*) FROM stream_pool") == 1, "a reseller reads its own row alone"


def test_a_pool_is_served_by_the_node_at_hand_or_by_one_that_has_its_sources(acme):
    _run(
        "INSERT INTO egress_pool (name) VALUES ('p')",
        "INSERT INTO egress_source (address, ehlo, node, state) VALUES"
        " ('192.0.2.1', 'a.test', 'node2', 'active'), ('192.0.2.2', 'b.test', 'node3', 'suspended')",
        "INSERT INTO pool_member (pool, address) VALUES ('p', '192.0.2.1'), ('p', '192.0.2.2')",
    )
    assert _ask("SELECT sec.node_of('p', 'node1')") == "node2"
    assert _ask("SELECT sec.node_of('p', 'node3')") == "node2"
    assert _ask("SELECT sec.node_of('nobody', 'node1')") == "node1"


SPREAD = (
    "INSERT INTO egress_pool (name) VALUES ('p')",
    """INSERT INTO egress_source (address, ehlo, node) VALUES ('192.0.2.1', 'a.test', 'one'),
       ('192.0.2.2', 'b.test', 'two'), ('192.0.2.3', 'c.test', 'two'), ('192.0.2.4', 'd.test', 'three')""",
    """INSERT INTO pool_member (pool, address, weight, role, providers) VALUES
       ('p', '192.0.2.1', 300, 'active', NULL), ('p', '192.0.2.2', 100, 'active', NULL),
       ('p', '192.0.2.3', 9000, 'active', '{gmail}'), ('p', '192.0.2.4', 9000, 'standby', NULL)""",
)


def _homes(drained: str | None = None) -> Counter[object]:
    """Which nodes would send for a pool, over many domains."""
    query = "SELECT sec.home_of('p', %s, %s, %s)"
    return Counter(_ask(query, f"d{n}.test", UUID(int=n), drained) for n in range(200))


def _live(*nodes: str) -> None:
    with as_role("delivery"), connection.cursor() as cursor:
        for node in nodes:
            cursor.execute(
                "INSERT INTO egress_shard (node, shard, heartbeat)"
                " VALUES (%s, 0, clock_timestamp() + interval '1 hour')",
                [node],
            )


def test_a_pool_of_several_nodes_is_shared_by_weight_as_the_engine_would(acme):
    _run(*SPREAD)
    assert _ask("SELECT sec.is_spread('p')") is True
    assert _ask("SELECT sec.is_spread('default')") is False
    homes = _homes()
    assert homes.keys() == {"one", "two"}, "neither the standby nor the one for Gmail alone"
    assert 130 < homes["one"] < 170
    members = [
        Member(pool="p", address="192.0.2.1", ehlo="", node="one", weight=300),
        Member(pool="p", address="192.0.2.2", ehlo="", node="two"),
    ]
    for n in range(50):
        drawn = ranked(members, key=f"{UUID(int=n)} d{n}.test")[0].node
        assert _ask("SELECT sec.home_of('p', %s, %s, NULL)", f"d{n}.test", UUID(int=n)) == drawn


def test_nodes_that_work_go_before_then_sound_sources(acme):
    _run(*SPREAD, "UPDATE egress_source SET state = 'draining' WHERE node = 'two'")
    assert _homes() == {"one": 200}
    _live("two", "three")
    assert _homes() == {"three": 200}, "a standby steps in for what is away"
    _run("UPDATE egress_source SET state = 'suspended' WHERE node = 'three'")
    assert _homes() == {"two": 200}
    _live("one")
    _run(
        "INSERT INTO egress_node (node) VALUES ('two')",
        "INSERT INTO egress_node (node, drained_at, moves_to) VALUES ('one', now(), 'two')",
    )
    assert _homes() == {"two": 200}, "what is drained takes nothing"
    _run(
        "UPDATE egress_source SET state = 'active'",
        "UPDATE pool_member SET role = 'active' WHERE address = '192.0.2.4'",
    )
    assert _homes("one") == {"two": 200}, "rows go where the order sends them"
    assert _homes()["three"] > 150


def test_a_resellers_host_neither_sees_the_operators_addresses_nor_chooses_a_pool(acme):
    mine = acme.reseller.public_id
    _run(
        *SPREAD,
        f"INSERT INTO egress_pool (name, reseller_id) VALUES ('mine', '{mine}')",
        f"INSERT INTO stream_pool VALUES ('{mine}', 'bulk', 'mine')",
    )
    for table in ("egress_source", "pool_member", "egress_listing", "egress_day", "warmup"):
        assert _ask(f"SELECT count(*) FROM {table}") == 0
    assert _ask("SELECT count(*) FROM stream_pool") == 1
    with connection.cursor() as cursor:
        for statement in (
            "DELETE FROM stream_pool",
            "UPDATE stream_pool SET pool = 'p'",
            "UPDATE egress_source SET state = 'suspended'",
            "DELETE FROM pool_member",
        ):
            cursor.execute(statement)
            assert cursor.rowcount == 0, statement
    for statement, words in (
        ("UPDATE egress_day SET sent = 0", "permission denied"),
        (f"INSERT INTO egress_pool VALUES ('more', '{mine}')", "row-level security"),
        (f"INSERT INTO stream_pool VALUES ('{mine}', 'system', 'p')", "row-level security"),
        ("INSERT INTO pool_member (pool, address) VALUES ('mine', '192.0.2.1')", "row-level"),
    ):
        with pytest.raises(ProgrammingError, match=words):
            _ask(statement)


def test_the_operators_host_does_both(db):
    _run(*SPREAD)
    assert _ask("SELECT count(*) FROM egress_source") == 4
    with connection.cursor() as cursor:
        cursor.execute("UPDATE egress_source SET state = 'suspended' WHERE node = 'two'")
        assert cursor.rowcount == 2
