"""Mail that was queued before a hold on sending stays while it stands, and leaves after it."""

import pytest

from controlplane import dispatch, hold_events
from kernel import clock, ids
from kernel.actor import Actor, ActorKind
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.streams import judging, pauses
from mailcore.directory.models import Hold, MailboxLogin, Route
from mailcore.directory.states import HoldOn
from mailcore.holds import services
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="o", role="operator")


@pytest.fixture
def queue(database):
    """What stands in the queue: address → (state, reason)."""

    def read() -> dict[str, tuple[str, str | None]]:
        rows = database.execute(
            "SELECT r.address, q.state, q.held_reason FROM public.queue_entry q"
            " JOIN public.recipient r ON r.id = q.recipient_id"
        )
        return {address: (state, reason) for address, state, reason in rows}

    return read


@pytest.fixture
def place(acme):
    """Place a hold, on sending as a rule: on the mailbox, its domain, or the reseller."""

    def place(on: HoldOn, *, kind: str = "abuse", scope: str = "send") -> Hold:
        found = {
            HoldOn.RESELLER: lambda: acme.reseller.public_id,
            HoldOn.DOMAIN: lambda: Route.objects.get(domain="client.test").public_id,
            HoldOn.MAILBOX: lambda: MailboxLogin.objects.get().public_id,
        }[on]()
        with in_schema("public"), as_role("operator"):
            return services.place_hold(
                actor=OPERATOR, reseller_id=acme.reseller.public_id, on=on, object_id=found,
                kind=kind, scopes=[scope], reason="a test",
            )  # fmt: skip

    return place


@pytest.fixture
def lift(as_workers):
    """Lift holds, with everything that follows from it."""

    def lift(*holds: Hold) -> None:
        with in_schema("public"), as_role("operator"):
            for hold in holds:
                services.lift_hold(actor=OPERATOR, hold_id=hold.public_id)
        as_workers(dispatch.dispatch_due)

    return lift


@pytest.fixture
def as_workers():
    """Run as the worker does, in no reseller."""

    def run(what) -> None:
        with in_schema("public"), as_role("worker"):
            what()

    return run


@pytest.fixture
def shop(acme, submit):
    """A mailbox `shop@client.test`, whose mail `submit` takes."""
    owner = {
        "reseller_id": acme.reseller.public_id,
        "organisation_id": acme.organisation.public_id,
        "domain": "client.test",
    }
    return MailboxLogin.objects.create(
        public_id=ids.uuid7(), address="shop@client.test", password="x", home="x", **owner
    )


@pytest.mark.parametrize("on", list(HoldOn))
def test_what_is_queued_waits_for_the_lift_of_the_last_hold(
    acme, shop, submit, place, lift, as_workers, queue, loop, sink, on
):
    submit("bob@outside.test")
    submit("notice@outside.test", stream=Stream.SYSTEM, envelope_from="")
    first, second = place(on), place(on, kind="billing")
    as_workers(dispatch.dispatch_due)
    assert queue()["bob@outside.test"] == ("held", "hold: abuse")
    lift(first)
    assert queue()["bob@outside.test"] == ("held", "hold: billing")
    loop.start()
    eventually(lambda: sink.copies("notice@outside.test"))
    eventually(lambda: queue() == {"bob@outside.test": ("held", "hold: billing")})
    lift(second)
    eventually(lambda: sink.copies("bob@outside.test"))
    assert len(sink.received) == 2


def test_nothing_that_lets_mail_go_lets_it_go_past_a_hold(
    acme, shop, submit, place, lift, as_workers, queue, loop, sink, database
):
    """The end of a pause, the end of a limit's day, a message that came as the hold was placed."""
    which = {"actor": acme.owner, "reseller_id": acme.reseller.public_id, "stream": "bulk"}
    pauses.pause_stream(**which, reason="wrong price")
    submit("paused@outside.test", stream=Stream.BULK)
    submit("limited@outside.test")
    database.execute(
        "UPDATE public.queue_entry SET state = 'held', held_reason = 'limit.messages', held_until = %s"
        " WHERE held_reason IS NULL",
        [clock.now()],
    )
    hold = place(HoldOn.DOMAIN)
    as_workers(dispatch.dispatch_due)
    submit("late@outside.test", stream=Stream.TRANSACTIONAL)
    pauses.resume_stream(**which)
    as_workers(judging.judge_streams)
    loop.start()
    names = ("paused@outside.test", "limited@outside.test", "late@outside.test")
    eventually(lambda: queue() == dict.fromkeys(names, ("held", "hold: abuse")))
    assert sink.received == []
    lift(hold)
    eventually(lambda: {address for address, *_ in sink.received} == set(names))
    assert len(sink.received) == len(names)


def test_what_was_kept_in_the_moment_of_the_lift_goes_too(
    shop, submit, place, lift, as_workers, queue, database
):
    submit("bob@outside.test")
    hold = place(HoldOn.MAILBOX)
    lift(hold)
    database.execute("UPDATE public.queue_entry SET state = 'held', held_reason = 'hold: abuse'")
    as_workers(hold_events.release_lifted)
    assert queue() == {"bob@outside.test": ("ready", None)}


def test_mail_to_a_mailbox_that_takes_none_waits_here_and_is_tried_by_nobody(
    shop, submit, place, lift, queue, loop, sink, mail_store
):
    """Dovecot is not asked, so that nothing slows down what goes to others."""
    hold = place(HoldOn.DOMAIN, scope="receive")
    # The platform's own: no spam filter needs to be there.
    submit("shop+list@client.test", stream=Stream.SYSTEM)
    submit("bob@outside.test")
    loop.start(delay_scale=0.01, sweep=0.2)
    eventually(lambda: sink.copies("bob@outside.test"))
    told = ("held", "the recipient is on hold")
    eventually(lambda: queue() == {"shop+list@client.test": told})
    assert mail_store.received == []
    MailboxLogin.objects.update(state="deleted")
    # Of a mailbox that is gone Dovecot is asked, and says so, whatever holds stood on it.
    submit("shop+gone@client.test", stream=Stream.SYSTEM)
    eventually(lambda: mail_store.copies("shop+gone@client.test"))
    lift(hold)
    eventually(lambda: mail_store.copies("shop+list@client.test"))
    eventually(lambda: queue() == {})
