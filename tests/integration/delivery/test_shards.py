"""Workers share a node's queue by shards, stand by, and take over; drained nodes lose their rows."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest
from django.db import connection

from controlplane import consistency
from kernel.actor import Actor, ActorKind
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.delivery.engine import shards
from mailcore.delivery.engine.journal import only_process
from mailcore.delivery.operating import selectors
from mailcore.delivery.operating.services import nodes
from tests.waiting import PATIENCE, eventually

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="test", role="operator")


@pytest.fixture
def operator(transactional_db, submit):
    with in_schema("public"), as_role("operator"):
        yield


class Standing:
    """A process as far as its shard goes."""

    def __init__(self, settings):
        self.shard = None
        self._settings = settings
        self._end = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()

    async def _run(self):
        stop = asyncio.Event()
        watching = asyncio.create_task(self._watch(stop))
        async with shards.free_shard(self._settings, stop=stop) as taken:
            if taken is not None:
                self.shard = taken.shard
                await stop.wait()
        await watching

    async def _watch(self, stop):
        while not self._end.is_set():
            await asyncio.sleep(0.05)
        stop.set()

    def end(self):
        """As kill -9 does to its lock: it is gone."""
        self._end.set()
        self._thread.join(PATIENCE)


@pytest.fixture
def process(loop, monkeypatch):
    """Start processes of the test's node that only take a shard."""
    monkeypatch.setattr(shards, "AGAIN", 0.1)
    started = []

    def start():
        started.append(Standing(loop.settings))
        return started[-1]

    yield start
    for one in started:
        one.end()


def test_each_process_takes_a_free_shard_and_a_standby_the_next_that_is(process, operator):
    nodes.set_shards(actor=OPERATOR, node="node1", shards=2)
    first, second = process(), process()
    eventually(lambda: {first.shard, second.shard} == {0, 1})
    standby = process()
    time.sleep(0.3)
    assert standby.shard is None
    first.end()
    eventually(lambda: standby.shard == first.shard)


def test_a_stopped_process_keeps_its_lock_and_loses_its_shard(loop, database):
    """SIGSTOP: the file is still locked, the heartbeat grows old."""
    database.execute(
        "INSERT INTO public.egress_shard (node, shard, heartbeat) VALUES ('node1', 0, now())"
    )

    async def taken_within(seconds):
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, stop.set)
        async with shards.free_shard(replace(loop.settings, takeover=0.5), stop=stop) as taken:
            return taken

    with only_process(loop.settings.journal / "node1-0.lock"):
        database.execute("UPDATE public.egress_shard SET heartbeat = now() + interval '1 h'")
        assert asyncio.run(taken_within(1.5)) is None, "its heart beats"
        database.execute("UPDATE public.egress_shard SET heartbeat = now() - interval '1 s'")
        assert asyncio.run(taken_within(PATIENCE)) == shards.Taken(shard=0, is_alone=False)


def places(database):
    return database.execute(
        "SELECT node, shard, count(*)::int FROM public.queue_entry GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()


def test_rows_follow_the_number_of_shards_and_a_site_has_one(submit, database, operator):
    for number in range(20):
        submit(f"ann@d{number % 10}.test")
    assert places(database) == [("node1", 0, 20)]
    database.execute("UPDATE public.queue_entry SET state = 'held' WHERE site = 'd1.test'")
    moved = nodes.set_shards(actor=OPERATOR, node="node1", shards=3)
    assert sum(n for _, shard, n in places(database) if shard) == moved > 0
    with in_schema("r_a00000000000"), as_role("web"):
        submit("bob@d3.test", "eve@d4.test")
    split = database.execute(
        "SELECT site FROM public.queue_entry GROUP BY site HAVING count(DISTINCT shard) > 1"
    ).fetchall()
    assert not split, "acceptance knows the shards too"
    pairs = "SELECT DISTINCT node, shard, pool, site, reseller_id FROM public."
    assert not database.execute(
        f"{pairs}queue_entry WHERE state = 'ready' EXCEPT {pairs}active_pair"
    ).fetchall()
    nodes.set_shards(actor=OPERATOR, node="node1", shards=1)
    assert places(database) == [("node1", 0, 22)]
    with pytest.raises(InvalidInput):
        nodes.set_shards(actor=OPERATOR, node="node1", shards=0)


def test_a_process_whose_shard_is_no_more_gives_it_up(loop, submit, database, operator):
    nodes.set_shards(actor=OPERATOR, node="node1", shards=2)
    with only_process(loop.settings.journal / "node1-0.lock"):
        loop.start()
        eventually(
            lambda: database.execute("SELECT 1 FROM public.egress_shard WHERE shard = 1").fetchone()
        )
        nodes.set_shards(actor=OPERATOR, node="node1", shards=1)
        loop.ended.result(PATIENCE)


def test_a_drained_node_claims_nothing_and_its_rows_go_where_the_operator_says(
    loop, sink, submit, database, operator
):
    submit("ann@one.test", "bob@two.test")
    database.execute("UPDATE public.queue_entry SET state = 'held' WHERE site = 'two.test'")
    nodes.drain_node(actor=OPERATOR, node="node1", reason="the disk is dying")
    loop.start()
    eventually(lambda: selectors.nodes(actor=OPERATOR)[0]["silent"] is not None)
    time.sleep(0.5)
    assert not sink.received
    with pytest.raises(NotFound):
        nodes.drain_node(actor=OPERATOR, node="node1", reason="x", to="node9")
    _stand_in(database, "node2")
    # The loop's own sweep may be the one that moves them.
    nodes.drain_node(actor=OPERATOR, node="node1", reason="it is dead", to="node2")
    assert places(database) == [("node2", 0, 2)]
    with in_schema("r_a00000000000"), as_role("web"):
        submit("eve@three.test")
    assert places(database) == [("node2", 0, 3)], "what comes in meanwhile goes there at once"
    with pytest.raises(Conflict):
        nodes.drain_node(actor=OPERATOR, node="node2", reason="x", to="node1")
    nodes.undrain_node(actor=OPERATOR, node="node1")
    database.execute("UPDATE public.queue_entry SET node = 'node1' WHERE site = 'one.test'")
    eventually(lambda: sink.copies("ann@one.test"))
    # What has moved stays, for as long as node 2 works and has a source of the pool.
    eventually(lambda: places(database) == [("node2", 0, 2)])
    database.execute("UPDATE public.egress_shard SET heartbeat = 'epoch' WHERE node = 'node2'")
    eventually(lambda: sink.copies("eve@three.test"))


def test_a_slip_of_the_pen_makes_no_node(database, operator):
    with pytest.raises(NotFound):
        nodes.set_shards(actor=OPERATOR, node="egress.node1", shards=2)
    with pytest.raises(NotFound):
        nodes.drain_node(actor=OPERATOR, node="egress.node1", reason="x")
    assert not database.execute("SELECT node FROM public.egress_node").fetchall()


def test_the_doctor_names_a_shard_that_nobody_works_on(database, operator):
    nodes.set_shards(actor=OPERATOR, node="node1", shards=2)
    database.execute(
        "INSERT INTO public.egress_shard (node, shard, heartbeat) VALUES ('node1', 0, clock_timestamp())"
    )
    assert consistency.CHECKS["every queue has its process"]() == [
        "node1 shard 1 has no process: start a worker of its queue"
    ]
    nodes.drain_node(actor=OPERATOR, node="node1", reason="the disk is dying")
    assert not selectors.unattended(actor=OPERATOR), "a drained node needs none"


def _stand_in(database, node):
    """A node that works, as far as the database can tell, with a source for Gmail."""
    database.execute(
        "INSERT INTO public.egress_shard (node, shard, heartbeat)"
        " VALUES (%s, 0, clock_timestamp() + interval '1 hour')",
        [node],
    )
    database.execute(
        "INSERT INTO public.egress_source (address, ehlo, node) VALUES ('192.0.2.9', 'o.test', %s)",
        [node],
    )
    database.execute(
        "INSERT INTO public.pool_member (pool, address, providers)"
        " VALUES ('default', '192.0.2.9', '{gmail}')"
    )


def test_a_live_process_moves_what_was_put_back_on_a_drained_node(loop, submit, database, operator):
    """Node 1 is dead: its leases run out, and another node's sweep does the rest."""
    submit("ann@one.test")
    database.execute("INSERT INTO public.egress_shard (node, shard) VALUES ('node2', 0)")
    database.execute(
        "UPDATE public.queue_entry SET state = 'leased', lease_seq = 1, lease_by = 1,"
        " lease_until = clock_timestamp() + interval '1 s'"
    )
    assert nodes.drain_node(actor=OPERATOR, node="node1", reason="dead", to="node2") == 0
    loop.start(node="node2")
    eventually(lambda: not database.execute("SELECT 1 FROM public.queue_entry").fetchone())


def test_an_address_is_drained_and_comes_back(database, operator):
    database.execute(
        "INSERT INTO public.egress_source (address, ehlo, node)"
        " VALUES ('192.0.2.9', 'out9.infra.test', 'node1') ON CONFLICT DO NOTHING"
    )
    state = "SELECT state, reason FROM public.egress_source WHERE address = '192.0.2.9'"
    nodes.drain_source(actor=OPERATOR, address="192.0.2.9", reason="listed")
    assert database.execute(state).fetchone() == ("draining", "listed")
    nodes.undrain_source(actor=OPERATOR, address="192.0.2.9")
    assert database.execute(state).fetchone() == ("active", "")
    with pytest.raises(NotFound):
        nodes.drain_source(actor=OPERATOR, address="192.0.2.10", reason="?")
    connection.close()
