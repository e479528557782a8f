"""The pool of a stream and the node of a pool, as acceptance asks for them."""

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from kernel.roles import as_role

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


def test_the_portals_role_neither_reads_the_operators_addresses_nor_chooses_a_pool(acme):
    for statement in (
        "SELECT count(*) FROM egress_source",
        "SELECT count(*) FROM pool_member",
        "UPDATE egress_day SET sent = 0",
        "DELETE FROM stream_pool",
        "INSERT INTO egress_pool (name) VALUES ('mine')",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            _ask(statement)
