"""Orders to the queue: nothing is lost, nothing that is being sent is touched, twice is once."""

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from kernel.models import AuditEntry
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.delivery.engine.store import Store, open_pool
from mailcore.delivery.operating.selection import Selection
from mailcore.delivery.operating.services import entries
from tests.waiting import eventually

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="test", role="operator")
EVERYTHING = Selection(login="shop@client.test")


@pytest.fixture
def operator(transactional_db, submit):
    """Orders come from outside every reseller."""
    with in_schema("public"), as_role("operator"):
        yield


@asynccontextmanager
async def owned(loop):
    """A store that owns the shard of the test's node."""
    pool = open_pool(loop.settings.delivery_dsn, name="test", size=2)
    await pool.open()
    try:
        store = Store(pool, loop.settings)
        assert await store.take(is_alone=True)
        yield store
    finally:
        await pool.close()


async def claim_all(store):
    return await store.claim(now=clock.now() + timedelta(seconds=1), limit=50, busy=[])


def states(database):
    return dict(
        database.execute(
            "SELECT state, count(*)::int FROM public.queue_entry GROUP BY 1"
        ).fetchall()
    )


def ledger(database):
    return dict(
        database.execute("SELECT status, count(*)::int FROM public.recipient GROUP BY 1").fetchall()
    )


def books():
    """What `queue audit` says, which ends with an error when it is not sound."""
    out = io.StringIO()
    call_command("queue", "audit", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_hold_release_and_cancel_change_each_recipient_once(submit, database, operator):
    submit("ann@one.test", "bob@one.test")
    submit("eve@two.test")
    one = Selection(domain="one.test")
    assert entries.hold(actor=OPERATOR, selection=one, reason="a look").changed == 2
    again = entries.hold(actor=OPERATOR, selection=one, reason="a look")
    assert (again.changed, again.rest) == (0, {"held": 2})
    assert states(database) == {"held": 2, "ready": 1}
    assert entries.release(actor=OPERATOR, selection=Selection(held="a look")).changed == 2
    with pytest.raises(NotFound, match="Nothing in the queue"):
        entries.release(actor=OPERATOR, selection=Selection(held="a look"))
    assert entries.cancel(actor=OPERATOR, selection=one, reason="asked for").changed == 2
    assert ledger(database) == {"cancelled": 2, "queued": 1}
    told = database.execute(
        "SELECT data ->> 'reason', data ->> 'actor' FROM public.delivery_event"
        " WHERE kind = 'cancelled'"
    ).fetchall()
    assert told == [("asked for", "operator:test")] * 2
    audited = AuditEntry.objects.order_by("id").values_list("action", "data__recipients")
    assert list(audited) == [("queue.held", 2), ("queue.released", 2), ("queue.cancelled", 2)]
    assert books()["ok"]


def test_orders_in_parallel_cancel_each_recipient_once(submit, database, operator):
    for number in range(12):
        submit(*(f"user{number}-{n}@outside.test" for n in range(5)))

    def order(_):
        try:
            return entries.cancel(actor=OPERATOR, selection=EVERYTHING, reason="at once").changed
        except NotFound:
            return 0  # the others were quicker
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(order, range(4))) == 60
    assert ledger(database) == {"cancelled": 60}
    assert database.execute(
        "SELECT count(*) FROM public.delivery_event WHERE kind = 'cancelled'"
    ).fetchone() == (60,)
    assert books()["ok"]


def test_what_is_in_a_session_cannot_be_cancelled_and_what_waits_is_never_sent(
    submit, database, loop, operator
):
    submit("ann@one.test", "bob@two.test")

    async def scene() -> None:
        async with owned(loop) as store:
            first, second = await claim_all(store)
            assert await store.hold([first], seconds=900, in_session=True) == {first.recipient_id}
            done = await asyncio.to_thread(_cancel_everything)
            assert (done.changed, done.in_session) == (1, 1)
            # The last look before sending: the fence finds that the second is gone.
            assert await store.hold([second], seconds=900, in_session=True) == set()
            assert await store.hold([first], seconds=900) == {first.recipient_id}

    asyncio.run(scene())
    assert ledger(database) == {"cancelled": 1, "queued": 1}


def _cancel_everything():
    try:
        return entries.cancel(actor=OPERATOR, selection=EVERYTHING, reason="stop")
    finally:
        connection.close()


def test_a_cancel_and_the_fence_never_both_get_a_recipient(
    submit, database, loop, operator, monkeypatch
):
    """The same rows at the same moment, a hundred times: one of the two, and never none."""
    monkeypatch.setattr(entries, "SLICE", 3)
    submit(*(f"user{n}@outside.test" for n in range(50)))
    submit(*(f"more{n}@outside.test" for n in range(50)))

    async def scene() -> tuple[set[object], int]:
        async with owned(loop) as store:
            claimed = [*await claim_all(store), *await claim_all(store)]
            assert len(claimed) > 10
            cancelling = asyncio.create_task(asyncio.to_thread(_cancel_everything))
            sent: set[object] = set()
            for one in claimed:
                sent |= await store.hold([one], seconds=900, in_session=True)
            return sent, (await cancelling).changed

    sent, cancelled = asyncio.run(scene())
    assert len(sent) + cancelled == 100
    gone = database.execute("SELECT id FROM public.recipient WHERE status = 'cancelled'").fetchall()
    assert not sent & {row[0] for row in gone}


def test_a_held_row_that_a_process_had_claimed_is_not_sent_and_its_result_does_not_count(
    submit, database, loop, operator
):
    submit("ann@one.test")

    async def scene() -> None:
        async with owned(loop) as store:
            (claimed,) = await claim_all(store)
            await asyncio.to_thread(_hold_everything)
            assert await store.hold([claimed], seconds=900, in_session=True) == set()
            await store.recover([claimed])

    asyncio.run(scene())
    assert states(database) == {"held": 1}
    assert database.execute("SELECT attempts FROM public.queue_entry").fetchone() == (0,)


def _hold_everything():
    try:
        return entries.hold(actor=OPERATOR, selection=EVERYTHING, reason="stop")
    finally:
        connection.close()


def test_retry_makes_only_waiting_retries_due(submit, database, operator):
    submit("ann@one.test")
    submit("bob@two.test")
    database.execute(
        "UPDATE public.queue_entry SET due = now() + interval '1 h' WHERE site = 'two.test'"
    )
    done = entries.retry_now(actor=OPERATOR, selection=EVERYTHING)
    assert (done.changed, done.rest) == (1, {"ready": 2})
    assert entries.retry_now(actor=OPERATOR, selection=EVERYTHING).changed == 0


def test_errors_say_what_is_the_matter(submit, database, operator, acme):
    message = submit("ann@one.test")
    chosen = Selection(message=message)
    with pytest.raises(InvalidInput):
        entries.cancel(actor=OPERATOR, selection=Selection(), reason="all of it")
    with pytest.raises(InvalidInput):
        entries.hold(actor=OPERATOR, selection=chosen, reason=" ")
    with pytest.raises(NotAllowed):
        entries.cancel(actor=acme.owner, selection=chosen, reason="mine")
    with pytest.raises(NotFound, match="has this id"):
        entries.release(actor=OPERATOR, selection=Selection(header="<nobody@knows.test>"))
    assert entries.cancel(actor=OPERATOR, selection=chosen, reason="stop").changed == 1
    assert entries.cancel(actor=OPERATOR, selection=chosen, reason="stop").changed == 0
    with pytest.raises(Conflict, match="1 cancelled"):
        entries.retry_now(actor=OPERATOR, selection=chosen)


def test_a_hold_ends_in_time_and_what_is_held_too_long_expires_with_a_notice(
    submit, database, loop, sink, mail_store, operator
):
    submit("soon@one.test")
    submit("never@two.test")
    entries.hold(
        actor=OPERATOR,
        selection=Selection(domain="one.test"),
        reason="a while",
        until=clock.now() + timedelta(seconds=1),
    )
    entries.hold(actor=OPERATOR, selection=Selection(domain="two.test"), reason="a look")
    database.execute("UPDATE public.queue_entry SET expires_at = now() WHERE site = 'two.test';")
    loop.start()
    eventually(lambda: sink.copies("soon@one.test") and mail_store.received)
    assert not sink.copies("never@two.test")
    eventually(lambda: ledger(database) == {"delivered": 2, "expired": 1})
    ((_, _, notice),) = mail_store.received
    assert b"held in the queue until its time was up" in notice
    assert books()["ok"]


async def _taken_to_be_ended_and_lost(store: Store) -> None:
    """Its process is gone before it says how it ended."""
    await store.claim_expired(now=clock.now())
    assert await store.release_strays(set()) == 1


def test_what_waits_in_vain_behind_a_suspended_site_expires_too(submit, database, loop, operator):
    submit("ann@one.test")
    database.execute("UPDATE public.queue_entry SET expires_at = now() - interval '2 h'")

    async def scene() -> None:
        async with owned(loop) as store:
            await store.hold_overdue(before=clock.now() - timedelta(hours=1))
            await _taken_to_be_ended_and_lost(store)
            assert states(database) == {"held": 1}, "and not sent"
            (expired,) = await store.claim_expired(now=clock.now())
            assert expired.address == "ann@one.test"
            assert await store.claim_expired(now=clock.now()) == [], "once"

    asyncio.run(scene())


def test_a_row_that_three_processes_did_not_survive_is_held_as_poison(
    submit, database, loop, operator
):
    submit("poison@one.test", "waits@two.test")

    async def scene() -> None:
        async with owned(loop) as store:
            for losses in (1, 2, 3):
                claimed = await claim_all(store)
                poison = [c for c in claimed if c.address == "poison@one.test"]
                await store.hold(poison, seconds=900, in_session=True)
                assert await store.take(is_alone=True), "the next process"
                before = await store.leased_before()
                assert len(before) == 2
                await store.recover(before)
                seen = database.execute(
                    "SELECT losses FROM public.queue_entry ORDER BY losses"
                ).fetchall()
                assert seen == [(0,), (losses,)], "what only waited is not to blame"
                # The second time it comes back at a moment of its own; here: now.
                database.execute("UPDATE public.queue_entry SET due = now()")

    asyncio.run(scene())
    assert states(database) == {"held": 1, "ready": 1}
    released = entries.release(actor=OPERATOR, selection=Selection(held="poison"))
    assert released.changed == 1
    assert database.execute("SELECT sum(losses)::int FROM public.queue_entry").fetchone() == (0,)


def test_a_lease_that_ran_out_in_a_session_is_written_down_as_doubt(
    submit, database, loop, sink, operator
):
    submit("ann@one.test")

    async def scene() -> None:
        async with owned(loop) as store:
            claimed = await claim_all(store)
            await store.hold(claimed, seconds=900, in_session=True)
            database.execute("UPDATE public.queue_entry SET lease_until = now()")
            assert await store.reap() == 1

    asyncio.run(scene())
    loop.start()
    eventually(lambda: ledger(database) == {"delivered": 1})
    told = books()
    assert told["ok"]
    (duplicate,) = told["possible_duplicates"]
    assert duplicate["copies"] == 2
    assert "interrupted process" in duplicate["causes"][0]
    assert "delivered (mx.one.test)" in duplicate["causes"][1]


def test_the_command_prints_counts_and_says_what_it_cannot_do(submit, database, operator):
    submit("ann@one.test", "bob@one.test")

    def run(*words):
        out = io.StringIO()
        call_command("queue", *words, stdout=out)
        return out.getvalue()

    assert "2 mailbox ready at node1/0" in run("show")
    assert "2 held" in run("hold", "--domain", "one.test", "--reason", "a look")
    assert "bob@one.test, mailbox: held (a look)" in run("show", "--held", "a look")
    assert "2 released" in run("release", "--login", "shop@client.test")
    assert "2 cancelled" in run("cancel", "--domain", "one.test", "--reason", "stop")
    with pytest.raises(CommandError, match="Nothing in the queue is like that"):
        run("retry", "--domain", "one.test")
    assert "accepted   2 = 2 cancelled (2 told by events)" in run("audit")
    database.execute("DELETE FROM public.delivery_event WHERE kind = 'received'")
    with pytest.raises(CommandError, match="do not agree"):
        run("audit")
