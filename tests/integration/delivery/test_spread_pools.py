"""A pool with sources on two nodes: both send, each from its own, and stand in for each other."""

from dataclasses import replace

import pytest

from mailcore.delivery.egress import book
from tests.integration.delivery.conftest import SOURCE, Loop
from tests.waiting import eventually

OTHER = "127.77.101.31"
DOMAINS = [f"d{n}.test" for n in range(16)]
OUTLOOK = "client.olc.protection.outlook.com"


@pytest.fixture
def second(loop):
    """The loop of another node, with an address of its own; not started yet."""
    journal = loop.settings.journal / "second"
    journal.mkdir()
    running = Loop(
        replace(loop.settings, node="node2", sources={OTHER: "out2.infra.test"}, journal=journal)
    )
    yield running
    running.stop()


@pytest.fixture
def both(loop, second, submit, database, monkeypatch):
    """Both nodes work, and know each other's sources."""
    monkeypatch.setattr(book, "REFRESH", 0.2)
    loop.start()
    second.start()
    eventually(lambda: _living(database) == {"node1", "node2"})
    eventually(lambda: _members(database) == {SOURCE, OTHER})


def _living(database):
    return {node for (node,) in database.execute("SELECT node FROM public.egress_shard").fetchall()}


def _members(database):
    return {a for (a,) in database.execute("SELECT address FROM public.pool_member").fetchall()}


def _sources(database):
    """How often each address was sent from."""
    return dict(
        database.execute(
            "SELECT source, count(*)::int FROM public.attempt WHERE outcome = 'delivered' GROUP BY 1"
        ).fetchall()
    )


def _arrived(database, count):
    eventually(lambda: sum(_sources(database).values()) == count)


def test_all_members_of_a_pool_send_each_on_its_node(both, submit, database, sink):
    for domain in DOMAINS:
        submit(f"ann@{domain}")
    _arrived(database, len(DOMAINS))
    assert _sources(database).keys() == {SOURCE, OTHER}
    assert len(sink.received) == len(DOMAINS), "none twice"


def test_mail_finds_the_node_whose_address_serves_the_provider(both, submit, database):
    database.execute(
        "UPDATE public.pool_member SET providers = '{outlook}', weight = 10000 WHERE address = %s",
        [OTHER],
    )
    submit(f"ann@{OUTLOOK}")
    # Until the books are read again the first may leave from the other.
    _arrived(database, 1)
    eventually(lambda: _from_the_other(submit, database))
    # By an old book bob's would be passed on, and what was passed on stays for ten minutes.
    before = sum(_sources(database).values())
    submit("bob@one.test")
    _arrived(database, before + 1)
    assert not database.execute(
        "SELECT 1 FROM public.attempt a JOIN public.recipient r ON r.id = a.recipient_id"
        " WHERE a.source = %s AND r.domain = 'one.test'",
        [OTHER],
    ).fetchall()


def _from_the_other(submit, database):
    before = sum(_sources(database).values())
    submit(f"ann@{OUTLOOK}")
    _arrived(database, before + 1)
    return OTHER in _sources(database)


def test_what_waits_at_a_dead_node_leaves_from_the_pools_other_members(
    second, loop, submit, database, sink
):
    # The first test of a database finds the migration's row, all others an empty table.
    database.execute(
        "INSERT INTO public.egress_pool (name) VALUES ('default') ON CONFLICT DO NOTHING"
    )
    database.execute(
        "INSERT INTO public.egress_source (address, ehlo, node) VALUES"
        " (%s, 'out1.infra.test', 'node1'), (%s, 'out2.infra.test', 'node2')",
        [SOURCE, OTHER],
    )
    database.execute(
        "INSERT INTO public.pool_member (pool, address) VALUES ('default', %s), ('default', %s)",
        [SOURCE, OTHER],
    )
    for domain in DOMAINS:
        submit(f"ann@{domain}")
    nodes = "SELECT DISTINCT node FROM public.queue_entry"
    assert {node for (node,) in database.execute(nodes).fetchall()} == {"node1", "node2"}
    second.start()
    _arrived(database, len(DOMAINS))
    assert _sources(database) == {OTHER: len(DOMAINS)}
    assert len(sink.received) == len(DOMAINS)
