"""Suppressions: who sees them, what bounces teach, and the last look before mail leaves."""

import asyncio
import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from psycopg.types.json import Jsonb

from kernel import clock, ids
from kernel.actor import SYSTEM, Actor, ActorKind
from kernel.errors import NotAllowed, NotFound
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.delivery import readers
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.jobs import Claimed
from mailcore.delivery.streams import pauses
from mailcore.delivery.suppression import (
    before_send,
    learning,
    platform_list,
    selectors,
    services,
)
from mailcore.delivery.suppression.errors import InvalidAddress, InvalidStream
from tests.integration.delivery.leases import leased

pytestmark = pytest.mark.django_db(transaction=True)


def _among(database, reseller: UUID, stream: str, *addresses: str) -> list[tuple[object, ...]]:
    query = "SELECT address, scope, reason FROM sec.suppressed_among(%s, %s, %s) ORDER BY 1"
    return database.execute(query, [reseller, stream, list(addresses)]).fetchall()


def _forbid_everywhere(database, address: str) -> None:
    database.execute(
        "INSERT INTO public.suppression (id, address, scope, reason, created_at)"
        " VALUES (%s, %s, 'global', 'law', now())",
        [ids.uuid7(), address],
    )


def test_a_reseller_writes_its_own_list_and_nobody_elses(acme, globex, database):
    reseller = acme.reseller.public_id
    assert services.add_suppression(actor=acme.owner, address="Ann@Bücher.test", note="asked us")
    assert not services.add_suppression(actor=acme.owner, address="ann@xn--bcher-kva.test")
    assert services.add_suppression(actor=acme.owner, address="bob@x.test", stream="bulk")
    assert _among(database, reseller, "bulk", "ANN@xn--bcher-kva.test", "bob@x.test") == [
        ("ANN@xn--bcher-kva.test", "reseller", "manual"),
        ("bob@x.test", "stream", "manual"),
    ]
    # The other stream knows nothing of the second, a person's mail of neither.
    assert _among(database, reseller, "transactional", "bob@x.test") == []
    assert _among(database, reseller, "mailbox", "ann@xn--bcher-kva.test", "bob@x.test") == []
    assert _among(database, globex.reseller.public_id, "bulk", "bob@x.test") == []
    listed = selectors.list_suppressions()
    assert [entry.address for entry in listed] == ["bob@x.test", "ann@xn--bcher-kva.test"]
    assert selectors.suppressed_among(["Bob@x.test"], stream="bulk") == {"Bob@x.test": "manual"}
    with in_schema(globex.reseller.schema_name):
        assert selectors.list_suppressions() == []
        with pytest.raises(NotFound):
            services.remove_suppression(actor=globex.owner, suppression_id=listed[0].id)
    services.remove_suppression(actor=acme.owner, suppression_id=listed[0].id)
    assert _among(database, reseller, "bulk", "bob@x.test") == []


def test_only_who_may_and_only_what_makes_sense(acme):
    reader = Actor(
        kind=ActorKind.MEMBER, id="r", reseller=acme.reseller.public_id, role="read_only"
    )
    with pytest.raises(NotAllowed):
        services.add_suppression(actor=reader, address="a@x.test")
    with pytest.raises(InvalidAddress):
        services.add_suppression(actor=acme.owner, address="nobody")
    with pytest.raises(InvalidStream):
        services.add_suppression(actor=acme.owner, address="a@x.test", stream="mailbox")
    done = services.import_suppressions(
        actor=acme.owner, lines=["a@x.test", "", "A@X.test", "no address", "b@x.test"]
    )
    assert (done.added, done.known, done.invalid) == (2, 0, ("no address",))
    again = services.import_suppressions(actor=acme.owner, lines=["a@x.test", "c@x.test"])
    assert (again.added, again.known) == (1, 1)


def test_a_reseller_cannot_make_a_global_entry_nor_lift_one(acme, database):
    _forbid_everywhere(database, "judge@court.test")
    assert selectors.list_suppressions() == []
    assert _among(database, acme.reseller.public_id, "mailbox", "judge@court.test")
    with psycopg.connect(settings.DSN("web"), autocommit=True) as web:
        web.execute(f"SET search_path TO {acme.reseller.schema_name}")
        assert web.execute("DELETE FROM public.suppression").rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            _forbid_everywhere(web, "rival@x.test")


def test_the_end_of_an_entry_is_heeded(acme, database):
    ended = clock.now() - timedelta(seconds=1)
    services.add_suppression(actor=acme.owner, address="a@x.test", until=ended)
    assert _among(database, acme.reseller.public_id, "bulk", "a@x.test") == []
    assert learning.forget() == 1


def _tell(database, message: UUID, kind: str, *, times: int = 1, **data: object) -> None:
    """Mail facts as the engine and the feedback daemon write them."""
    for _ in range(times):
        database.execute(
            """INSERT INTO public.delivery_event (id, kind, reseller_id, message_id, recipient_id,
                                                  stream, from_domain, occurred_at, data)
               SELECT %s, %s, m.reseller_id, m.id, r.id, m.stream, m.from_domain, %s, %s
               FROM public.message m JOIN public.recipient r ON r.message_id = m.id
               WHERE m.id = %s""",
            [ids.uuid7(), kind, clock.now(), Jsonb(data), message],
        )


@pytest.fixture
def learn(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Reads at once: other tests on this server have transactions open, below which it stays."""
    clause = "AND xid < pg_snapshot_xmin(pg_current_snapshot())"
    assert clause in readers._FRESH
    monkeypatch.setattr(readers, "_FRESH", readers._FRESH.replace(clause, ""))
    return learning.learn


def test_bounces_and_complaints_teach_once(acme, submit, database, learn):
    reseller = acme.reseller.public_id
    gone = submit("Gone@x.test", stream=Stream.TRANSACTIONAL)
    blocked = submit("blocked@x.test", stream=Stream.BULK)
    angry = submit("angry@x.test", stream=Stream.BULK)
    full = submit("full@x.test", stream=Stream.BULK)
    _tell(database, gone, "bounced", code=550, enhanced="5.1.1", reply="550 5.1.1 no such user")
    _tell(database, blocked, "bounced", code=550, enhanced="5.7.1", reply="550 5.7.1 IP blocked")
    _tell(database, angry, "complained", source="arf")
    _tell(database, full, "bounced", times=2, code=552, enhanced="5.2.2", reply="552 5.2.2 full")
    assert learn() > 0
    everybody = ("Gone@x.test", "blocked@x.test", "angry@x.test", "full@x.test")
    assert _among(database, reseller, "bulk", *everybody) == [
        ("Gone@x.test", "reseller", "hard_bounce"),
        ("angry@x.test", "stream", "complaint"),
    ]
    _tell(database, full, "bounced", code=552, enhanced="5.2.2", reply="552 5.2.2 full")
    assert learn() > 0
    assert ("full@x.test", "reseller", "quota") in _among(database, reseller, "bulk", *everybody)
    assert learn() == 0


def _claim_all(database) -> list[Claimed]:
    database.execute("UPDATE public.queue_entry SET state = 'leased', lease_by = 1")
    database.execute("UPDATE public.queue_entry SET node = 'node1', shard = 0")
    return leased(database)


def _sift(claimed: list[Claimed]) -> before_send.Sifted:
    async def main() -> before_send.Sifted:
        connection = await psycopg.AsyncConnection.connect(
            settings.DSN("delivery"), autocommit=True
        )
        async with connection:
            return await before_send.sift(claimed, connection=connection)

    return asyncio.run(main())


def test_the_last_look_ends_holds_and_refuses(acme, submit, database):
    submit("gone@x.test", "good@x.test", stream=Stream.TRANSACTIONAL)
    submit("gone@x.test", "judge@court.test")
    submit("notice@x.test", stream=Stream.SYSTEM, envelope_from="")
    submit("reader@x.test", stream=Stream.BULK)
    services.add_suppression(actor=SYSTEM, address="gone@x.test")
    services.add_suppression(actor=SYSTEM, address="notice@x.test", stream="system")
    _forbid_everywhere(database, "judge@court.test")
    which = {"reseller_id": acme.reseller.public_id, "stream": "bulk"}
    pauses.pause_stream(actor=acme.owner, **which, reason="the weaker one")
    with in_schema("public"), as_role("operator"):
        pauses.pause_stream(actor=SYSTEM, **which, reason="too many bounces")
    sifted = _sift(_claim_all(database))
    kept = {(one.stream, one.address) for one in sifted.kept}
    assert kept == {
        ("transactional", "good@x.test"),
        ("mailbox", "gone@x.test"),
        ("system", "notice@x.test"),
    }
    ((refused, answer),) = sifted.refused
    assert (refused.address, answer.verdict, answer.enhanced) == (
        "judge@court.test", "bounced", "5.7.1",
    )  # fmt: skip
    states = database.execute(
        "SELECT m.stream, r.address, r.status, q.state, q.held_reason FROM public.recipient r"
        " JOIN public.message m ON m.id = r.message_id"
        " LEFT JOIN public.queue_entry q ON q.recipient_id = r.id"
        " WHERE r.status <> 'queued' OR q.state = 'held' ORDER BY 1"
    ).fetchall()
    assert states == [
        ("bulk", "reader@x.test", "queued", "held", "stream paused: too many bounces"),
        ("transactional", "gone@x.test", "suppressed", None, None),
    ]
    told = database.execute(
        "SELECT stream, data FROM public.delivery_event WHERE kind = 'suppressed'"
    ).fetchall()
    assert told == [("transactional", {"scope": "reseller", "reason": "manual"})]


def test_the_operator_forbids_an_address_for_everybody(acme, database):
    def run(*words: str) -> str:
        out = io.StringIO()
        call_command("suppressions", *words, stdout=out)
        return out.getvalue()

    services.add_suppression(actor=acme.owner, address="judge@court.test", stream="bulk")
    reseller = acme.reseller.public_id
    with in_schema("public"):
        assert "from now on" in run("forbid", "Judge@Court.test", "--note", "order 7", "--law")
        assert "already" in run("forbid", "judge@court.test", "--note", "again")
        assert run("show", "judge@court.test").count("\n") == 2
        assert _among(database, reseller, "mailbox", "JUDGE@court.test")[0][1:] == ("global", "law")
        run("allow", "judge@court.test")
        assert _among(database, reseller, "mailbox", "judge@court.test") == []
        with pytest.raises(CommandError, match="not forbidden"):
            run("allow", "judge@court.test")
        with pytest.raises(CommandError, match="no mail address"):
            run("show", "judge")
    with pytest.raises(NotAllowed):
        platform_list.forbid(actor=acme.owner, address="a@b.test", is_law=False, note="x")
