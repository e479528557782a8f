"""The server that gets a message sees which of our addresses it left from."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from mailcore.delivery.accept.submission import Stream
from tests.integration.delivery.conftest import SOURCE, Loop, Sink, Submit, _serve
from tests.waiting import eventually

DEDICATED, SUSPENDED, STANDBY = "127.77.101.31", "127.77.101.32", "127.77.101.33"


@dataclass
class Watchful(Sink):
    """Remembers the address and the name that each recipient's mail came from."""

    seen: dict[str, tuple[str, str]] = field(default_factory=dict)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        for address in envelope.rcpt_tos:
            self.seen[address] = (session.peer[0], session.host_name)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def sink() -> Iterator[Watchful]:
    handler = Watchful()
    controller = _serve(Controller, handler)
    yield handler
    controller.stop()


@pytest.fixture
def pools(transactional_db: None, database: psycopg.Connection[tuple[object, ...]]) -> None:
    """A pool of its own for bulk; one for transactional mail whose standby has to step in."""
    for address, name, state in (
        (DEDICATED, "bulk.infra.test", "active"),
        (SUSPENDED, "gone.infra.test", "suspended"),
        (STANDBY, "standby.infra.test", "active"),
    ):
        database.execute(
            "INSERT INTO egress_source (address, ehlo, node, state) VALUES (%s, %s, 'node1', %s)",
            [address, name, state],
        )
    database.execute("INSERT INTO egress_pool (name) VALUES ('bulk'), ('shut')")
    database.execute(
        "INSERT INTO pool_member (pool, address, role) VALUES ('bulk', %s, 'active'),"
        " ('shut', %s, 'active'), ('shut', %s, 'standby')",
        [DEDICATED, SUSPENDED, STANDBY],
    )
    database.execute(
        "INSERT INTO stream_pool VALUES (NULL, 'bulk', 'bulk'), (NULL, 'transactional', 'shut')"
    )


def test_each_stream_leaves_from_its_pool_under_its_name(
    pools: None, loop: Loop, sink: Watchful, submit: Submit
) -> None:
    submit("a@one.test")
    submit("b@two.test", stream=Stream.BULK)
    submit("c@three.test", stream=Stream.TRANSACTIONAL)
    loop.start()
    eventually(lambda: len(sink.seen) == 3)
    assert sink.seen == {
        "a@one.test": (SOURCE, "out1.infra.test"),
        "b@two.test": (DEDICATED, "bulk.infra.test"),
        "c@three.test": (STANDBY, "standby.infra.test"),
    }


def test_what_was_sent_is_counted_when_the_loop_ends(
    loop: Loop, sink: Watchful, submit: Submit, database: psycopg.Connection[tuple[object, ...]]
) -> None:
    sink.replies["b@two.test"] = ["550 5.1.1 nobody of this name"]
    submit("a@one.test")
    submit("b@two.test")
    loop.start()
    eventually(lambda: not database.execute("SELECT 1 FROM public.queue_entry").fetchone())
    loop.stop()
    counted = database.execute("SELECT address, provider_group, sent, hard FROM egress_day")
    assert counted.fetchall() == [(SOURCE, "rest", 2, 1)]
