"""A domain where nothing changes costs little to look at, and nothing that matters is missed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kernel import clock, ids
from kernel.tenancy import PUBLIC, in_schema
from mailcore.checks import services as checks
from mailcore.checks.models import DomainSchedule, RecordVerdict
from mailcore.checks.services import Inspection, lookout
from mailcore.directory import services as directory
from mailcore.directory.models import Route
from mailcore.domains import selectors, services, tasks
from mailcore.domains.models import Domain
from mailcore.domains.services import checking, rounds

pytestmark = pytest.mark.django_db(transaction=True)


class Steady:
    """A verified domain with all its records, and the worker that looks at it."""

    def __init__(self, cast, domain: Domain, net) -> None:
        self.cast, self.domain, self.net = cast, domain, net

    def schedule(self) -> DomainSchedule:
        return DomainSchedule.objects.get(domain_id=self.domain.public_id)

    def look(self) -> None:
        """As a worker on any day: what is planned is due."""
        due_at = max(clock.now(), self.schedule().due_at)
        with clock.at(due_at + timedelta(seconds=1)), in_schema(PUBLIC):
            tasks.check_due_domains.run()

    def publish(self, *, without: str = "") -> None:
        with in_schema(self.cast.reseller.schema_name):
            records = selectors.expected_records(self.domain)
        self.net.publish([record for record in records if record.purpose != without])


@pytest.fixture
def steady(acme, internet, as_worker, monkeypatch, settings) -> Steady:
    settings.DELAY_SCALE = 1.0
    with in_schema(acme.reseller.schema_name):
        domain = services.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
        )
    one = Steady(acme, domain, internet("shop.test"))
    monkeypatch.setattr(lookout, "UdpExchange", lambda: one.net.exchange)
    one.publish()
    one.look()  # verifies it
    one.look()
    assert one.schedule().fingerprint is not None
    return one


@pytest.fixture
def judged(monkeypatch) -> list[object]:
    """The domains whose records were judged, whenever they were."""
    seen: list[object] = []
    keep = checks.keep

    def note(looks: dict) -> object:
        seen.extend(looks)
        return keep(looks)

    monkeypatch.setattr(checks, "keep", note)
    return seen


def verdicts() -> set[str]:
    return set(RecordVerdict.objects.values_list("verdict", flat=True))


def test_what_did_not_change_is_looked_at_and_planned_but_not_judged(steady, judged) -> None:
    before = steady.schedule()
    steady.look()
    after = steady.schedule()
    assert not judged
    assert after.checked_at > before.checked_at
    assert after.due_at > before.due_at + timedelta(hours=20)


def test_a_record_that_goes_is_seen_at_the_next_look_and_so_is_its_return(steady, judged) -> None:
    steady.publish(without="mx")
    steady.look()
    assert "missing" in verdicts()
    assert steady.schedule().fingerprint is None
    steady.publish()
    steady.look()
    assert verdicts() == {"match"}
    assert len(judged) == 2


@pytest.mark.parametrize("ask", [checks.watch, checks.look_soon])
def test_whoever_asks_for_a_look_has_all_judged(steady, judged, ask: Callable[..., None]) -> None:
    with in_schema(steady.cast.reseller.schema_name):
        ask(steady.domain.public_id)
    with in_schema(PUBLIC):
        tasks.check_due_domains.run()
    assert judged == [steady.domain.public_id]


@pytest.mark.parametrize("is_known", [True, False])
def test_what_is_asked_for_during_a_look_is_still_to_come(
    steady, judged, is_known, monkeypatch
) -> None:
    if not is_known:
        DomainSchedule.objects.update(fingerprint=None)
    take = lookout.Lookout.take

    def ask_meanwhile(self: lookout.Lookout, *, seconds: float) -> list[lookout.Seen]:
        monkeypatch.setattr(lookout.Lookout, "take", take)
        with in_schema(steady.cast.reseller.schema_name):
            checks.look_soon(steady.domain.public_id)
        return take(self, seconds=seconds)

    monkeypatch.setattr(lookout.Lookout, "take", ask_meanwhile)
    DomainSchedule.objects.update(due_at=clock.now())
    with in_schema(PUBLIC):
        tasks.check_due_domains.run()
    schedule = steady.schedule()
    assert schedule.due_at <= clock.now()
    assert schedule.fingerprint is None
    with in_schema(PUBLIC):
        tasks.check_due_domains.run()
    assert judged.count(steady.domain.public_id) == (1 if is_known else 2)
    assert steady.schedule().due_at > clock.now()


def test_a_look_that_is_asked_for_is_not_lost_when_the_domain_is_claimed_in_between(
    steady, judged, monkeypatch
) -> None:
    monkeypatch.setattr(rounds, "_AGAIN", 0.0)
    asked = []
    take = lookout.Lookout.take

    def ask_meanwhile(self: lookout.Lookout, *, seconds: float) -> list[lookout.Seen]:
        if len(asked) < 3:  # the round claims again before the look is taken
            asked.append(checks.look_soon(steady.domain.public_id))
            return []
        return take(self, seconds=seconds)

    monkeypatch.setattr(lookout.Lookout, "take", ask_meanwhile)
    DomainSchedule.objects.update(due_at=clock.now(), fingerprint=None)
    for _ in range(2):
        with in_schema(PUBLIC):
            tasks.check_due_domains.run()
    assert len(judged) == 2, "the one that was under way, and the one that was asked for"
    assert steady.schedule().due_at > clock.now() + timedelta(hours=1)


def test_what_an_older_look_saw_does_not_undo_what_a_newer_one_stored(steady) -> None:
    stale = Inspection(
        looks=[], began=clock.now() - timedelta(seconds=9), lease=clock.now() - timedelta(hours=1)
    )
    before = RecordVerdict.objects.count()
    checking.conclude(reseller_id=steady.cast.reseller.public_id, seen=[(steady.domain, stale)])
    assert RecordVerdict.objects.count() == before
    assert steady.schedule().fingerprint is not None


def test_a_bounce_name_that_becomes_free_is_taken_at_the_next_look(steady, judged) -> None:
    """It was a mail domain of the reseller's: no answer of a name server changes when it goes."""
    name, organisation = "bounce.shop.test", steady.cast.organisation.public_id
    bounces = Route.objects.filter(domain=name)
    with in_schema(steady.cast.reseller.schema_name):
        bounces.delete()
        directory.claim_domain(public_id=ids.uuid7(), domain=name, organisation_id=organisation)
        directory.set_routed(name, is_verified=True)
        checks.look_soon(steady.domain.public_id)
    steady.look()
    steady.look()
    with in_schema(steady.cast.reseller.schema_name):
        assert bounces.get().kind == "hosted"
        bounces.delete()
    steady.look()
    with in_schema(steady.cast.reseller.schema_name):
        assert bounces.get().takes_bounces
    told = len(judged)
    steady.look()  # it is steady again
    assert len(judged) == told


def test_a_domain_that_is_not_verified_is_always_judged(steady, judged) -> None:
    with in_schema(steady.cast.reseller.schema_name):
        Domain.objects.update(state="pending")
    steady.look()
    assert judged
    with in_schema(steady.cast.reseller.schema_name):
        assert Domain.objects.get().state == "verified"


def test_after_a_week_all_is_judged_again_whatever_the_servers_say(steady, judged) -> None:
    for _ in range(9):
        steady_now = steady.schedule().due_at + timedelta(seconds=1)
        with clock.at(steady_now), in_schema(PUBLIC):
            tasks.check_due_domains.run()
    assert len(judged) == 1
