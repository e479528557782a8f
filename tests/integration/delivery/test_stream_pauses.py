"""A stream stands still when receivers are annoyed, or on order, and runs again on order."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from kernel import clock
from kernel.actor import SYSTEM, Actor, ActorKind
from kernel.errors import Conflict, InvalidInput, NotAllowed
from kernel.models import OutboxEvent
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.sending import selectors
from mailcore.delivery.sending import services as sending
from mailcore.delivery.streams import judging, pauses
from mailcore.delivery.streams.errors import PausedByPlatform, StreamNotPausable

pytestmark = pytest.mark.django_db(transaction=True)

OPERATOR = Actor(kind=ActorKind.OPERATOR, id="o", role="operator")


def _count(cast, stream: str, *, hours_ago: int = 2, **events: int) -> None:
    """Sums of an hour, as the reader of mail facts writes them; `hard` are hard bounces."""
    hour = (clock.now() - timedelta(hours=hours_ago)).replace(minute=0, second=0, microsecond=0)
    with in_schema("public"), as_role("worker"), connection.cursor() as cursor:
        for event, quantity in events.items():
            kind = "hard" if event == "hard" else ""
            cursor.execute(
                "INSERT INTO public.delivery_hour VALUES (%s, %s, 'client.test', '', %s, %s, %s, %s, 0)",
                [
                    cast.reseller.public_id, hour, stream,
                    "bounced" if event == "hard" else event, kind, quantity,
                ],
            )  # fmt: skip


def _judge() -> int:
    with in_schema("public"), as_role("worker"):
        return judging.judge_streams()


def _streams() -> dict[tuple[str, str], str]:
    with in_schema("public"), as_role("operator"):
        found = pauses.list_streams(actor=OPERATOR)
    return {(one.reseller.lower(), one.stream): one.state for one in found}


def test_a_stream_is_paused_by_what_receivers_say(acme, globex):
    _count(acme, "bulk", delivered=360, hard=40)
    _count(acme, "transactional", delivered=361, hard=39)
    _count(acme, "mailbox", delivered=200, hard=200)  # persons: an alarm, no pause
    _count(globex, "bulk", delivered=200, complained=4)  # two per cent, of too few
    _count(globex, "transactional", delivered=1000, complained=5)
    _count(globex, "bulk", hours_ago=24 * 8, delivered=100, hard=300)  # last week's
    assert _judge() == 2
    assert _streams() == {
        ("acme", "bulk"): "paused",
        ("acme", "transactional"): "running",
        ("acme", "mailbox"): "running",
        ("globex", "bulk"): "running",
        ("globex", "transactional"): "paused",
    }
    told = OutboxEvent.objects.filter(type="stream.paused")
    assert {event.data["reason"] for event in told} == {"hard bounces: 40 of 400 in 7 days"}
    assert _judge() == 0, "once"


def test_a_share_of_few_says_nothing(acme):
    _count(acme, "bulk", delivered=90, hard=100)
    assert _judge() == 0


def _queue(database) -> list[tuple[object, ...]]:
    return database.execute(
        "SELECT m.stream, q.state, q.held_reason FROM public.queue_entry q"
        " JOIN public.message m ON m.id = q.message_id ORDER BY 1"
    ).fetchall()


def test_a_pause_holds_and_a_resume_releases_and_forgives(acme, submit, database):
    _count(acme, "bulk", delivered=100, hard=300)
    assert _judge() == 1
    submit("a@x.test", stream=Stream.BULK)
    submit("b@x.test", stream=Stream.TRANSACTIONAL)
    reason = "stream paused: hard bounces: 300 of 400 in 7 days"
    assert _queue(database) == [("bulk", "held", reason), ("transactional", "ready", None)]
    with in_schema("public"), as_role("operator"):
        order = {"actor": OPERATOR, "reseller_id": acme.reseller.public_id, "stream": "bulk"}
        assert pauses.resume_stream(**order) == 1
        with pytest.raises(Conflict):
            pauses.resume_stream(**order)
    assert {state for _, state, _ in _queue(database)} == {"ready"}
    assert _judge() == 0, "the days before are forgiven"
    assert _streams() == {("acme", "bulk"): "resumed"}


def test_the_operator_pauses_for_a_time(acme, submit, database):
    now = clock.now()
    order = {"actor": OPERATOR, "reseller_id": acme.reseller.public_id, "stream": "transactional"}
    with in_schema("public"), as_role("operator"):
        with pytest.raises(InvalidInput):
            pauses.pause_stream(**order, reason=" ")
        with pytest.raises(InvalidInput):
            pauses.pause_stream(**order, reason="x", until=now)
        pauses.pause_stream(**order, reason="asked for", until=now + timedelta(hours=1))
        with pytest.raises(Conflict):
            pauses.pause_stream(**order, reason="again")
    submit("a@x.test", stream=Stream.TRANSACTIONAL)
    posted = {"from": "shop@client.test", "to": ["b@x.test"], "text": "Hello"}
    (told,) = sending.send_messages(actor=acme.owner, given=[posted])
    (copy,) = told.copies
    assert (copy.state, copy.reason) == ("held", "stream paused: asked for")
    found = selectors.get_message(actor=acme.owner, message_id=copy.id).recipients[0]
    assert (found.state, found.next_try_at) == ("held", None)
    assert _queue(database) == [("transactional", "held", "stream paused: asked for")] * 2
    with clock.at(now + timedelta(hours=2)):
        _judge()
    assert _queue(database) == [("transactional", "ready", None)] * 2
    assert _streams() == {("acme", "transactional"): "resumed"}


def test_each_side_ends_its_own_pause(acme, globex, submit, database):
    """The reseller's beside the platform's: mail waits until none stands."""
    which = {"reseller_id": acme.reseller.public_id, "stream": "bulk"}
    own = {"actor": acme.owner, **which}
    _count(acme, "bulk", delivered=100, hard=300)
    pauses.pause_stream(**own, reason="wrong price")
    with pytest.raises(Conflict):
        pauses.pause_stream(**own, reason="again")
    assert _judge() == 1, "a pause of the reseller's own does not spare it the platform's"
    submit("a@x.test", stream=Stream.BULK)
    assert _queue(database) == [
        ("bulk", "held", "stream paused: hard bounces: 300 of 400 in 7 days")
    ]
    assert pauses.resume_stream(**own) == 0
    with pytest.raises(PausedByPlatform):
        pauses.resume_stream(**own)
    assert not OutboxEvent.objects.filter(type="stream.resumed").exists(), "it stands still"
    pauses.pause_stream(**own, reason="wrong price")
    with in_schema("public"), as_role("operator"):
        order = {"actor": OPERATOR, **which}
        assert pauses.resume_stream(**order) == 0, "the reseller's own stands"
        with pytest.raises(Conflict, match="only they"):
            pauses.resume_stream(**order)
    assert {state for _, state, _ in _queue(database)} == {"held"}
    pauses.resume_stream(**own)
    assert _judge() == 0, "the operator forgave the days before"
    assert {state for _, state, _ in _queue(database)} == {"ready"}
    (told,) = OutboxEvent.objects.filter(type="stream.resumed")
    assert told.data["by"] == "reseller"


def test_what_was_resumed_is_released_however_late_the_worker_comes(acme, submit, database):
    which = {"reseller_id": acme.reseller.public_id, "stream": "bulk"}
    pauses.pause_stream(actor=acme.owner, **which, reason="wrong price")
    submit("a@x.test", stream=Stream.BULK)
    pauses.resume_stream(actor=acme.owner, **which)
    due = "SELECT release_due FROM public.stream_pause"
    with clock.at(clock.now() + timedelta(hours=2)):
        _judge()
        assert {state for _, state, _ in _queue(database)} == {"ready"}
        assert database.execute(due).fetchall() == [(True,)], "something was found: look again"
        _judge()
    assert database.execute(due).fetchall() == [(False,)]


def test_a_pause_that_begins_when_the_old_one_is_over_stands(acme, monkeypatch):
    """The reseller pauses anew between the judge's two statements."""
    now, end = clock.now(), pauses.end_pause
    which = {"reseller_id": acme.reseller.public_id, "stream": "bulk"}
    pause = {"actor": acme.owner, **which}
    pauses.pause_stream(**pause, reason="old", until=now + timedelta(hours=1))

    def end_late(**given: object) -> bool:
        pauses.pause_stream(**pause, reason="new")
        return end(**given)

    monkeypatch.setattr(pauses, "end_pause", end_late)
    with clock.at(now + timedelta(hours=2)):
        _judge()
    assert _streams() == {("acme", "bulk"): "paused"}


def test_a_reseller_writes_its_own_side_only(acme, globex):
    _count(acme, "bulk", delivered=100, hard=300)
    _judge()
    which = {"reseller_id": acme.reseller.public_id, "stream": "bulk"}
    reader = Actor(kind=ActorKind.API_KEY, id="k", scopes=frozenset({"streams.read"}))
    with pytest.raises(NotAllowed):
        pauses.pause_stream(actor=reader, **which, reason="x")
    with pytest.raises(StreamNotPausable):
        pauses.pause_stream(actor=acme.owner, **{**which, "stream": "system"}, reason="x")
    assert [one.side for one in pauses.list_streams(actor=SYSTEM)] == ["signals"]
    with in_schema(globex.reseller.schema_name):
        assert pauses.list_streams(actor=SYSTEM) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.stream_pause SET state = 'resumed'")
        assert cursor.rowcount == 0
        with pytest.raises(Exception, match="row-level security"):
            cursor.execute(
                "INSERT INTO public.stream_pause (reseller_id, stream, side, state, reason, since, by)"
                " VALUES (%s, 'mailbox', 'operator', 'paused', 'x', now(), 'x')",
                [acme.reseller.public_id],
            )


def test_the_command_shows_pauses_and_resumes(acme):
    def run(*words: str) -> str:
        out = io.StringIO()
        call_command("streams", *words, stdout=out)
        return out.getvalue()

    reseller = str(acme.reseller.public_id)
    with in_schema("public"):
        assert "no stream sent anything" in run("show")
        assert "is paused" in run("pause", reseller, "bulk", "--reason", "stolen list")
        assert "by operator:shell:" in run("show")
        assert '"reason": "stolen list"' in run("show", "--json", "--reseller", reseller)
        assert "0 recipients released" in run("resume", reseller, "bulk")
        with pytest.raises(CommandError, match="not paused"):
            run("resume", reseller, "bulk")
