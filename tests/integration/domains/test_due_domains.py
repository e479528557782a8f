"""The worker looks at what is due, of every reseller, and one bad domain holds up no other."""

from datetime import timedelta

import pytest

from kernel import clock, ids
from kernel.dns.memory import MemoryExchange
from kernel.tenancy import PUBLIC, in_schema
from mailcore.checks import services as checks
from mailcore.checks.models import DomainSchedule
from mailcore.checks.services import Inspection, Look, lookout
from mailcore.domains import selectors, services, tasks
from mailcore.protocol.verdicts import Judgement, Outcome
from mailcore.zones.ports import ZoneBusy

pytestmark = pytest.mark.django_db(transaction=True)


def add(cast, name: str):
    with in_schema(cast.reseller.schema_name):
        return services.add_domain(
            actor=cast.owner, organisation_id=cast.organisation.public_id, name=name
        )


def run() -> None:
    """As the task runs: in the public schema."""
    with in_schema(PUBLIC):
        tasks.check_due_domains.run()


@pytest.fixture
def looked_at(monkeypatch, settings) -> list[object]:
    """The domains whose verdicts were stored; the first one fails."""
    # Real waits: however slow the machine, what was just looked at is not due again.
    settings.DELAY_SCALE = 1.0
    seen: list[object] = []
    keep = checks.keep

    def fail_once(looks: dict) -> object:
        seen.extend(looks)
        if len(seen) == 1:
            raise RuntimeError("a server that drives us mad")
        return keep(looks)

    monkeypatch.setattr(checks, "keep", fail_once)
    monkeypatch.setattr(lookout, "UdpExchange", lambda: MemoryExchange(zones={}))
    return seen


def test_due_domains_of_all_resellers_are_checked(acme, globex, as_worker, looked_at) -> None:
    made = {add(acme, "shop.test").public_id, add(globex, "rival.test").public_id}
    run()
    assert set(looked_at) == made
    checked = DomainSchedule.objects.exclude(checked_at=None).values_list("domain_id", flat=True)
    assert list(checked) == looked_at[1:], "the one that failed holds up no other"
    run()
    assert len(looked_at) == 2, "a domain that was just taken is not due"


def test_whoever_waits_goes_first_and_a_backlog_does_not_stand_still(acme, as_worker) -> None:
    now = clock.now()
    rows = [
        DomainSchedule(
            domain_id=ids.uuid7(),
            reseller_id=acme.reseller.public_id,
            domain=f"{kind}{number}.test",
            due_at=now - timedelta(hours=hours, seconds=30 - number),
            watched_until=now + timedelta(minutes=1) if kind == "new" else None,
        )
        for kind, hours in (("old", 1), ("new", 0))
        for number in range(20)
    ]
    DomainSchedule.objects.bulk_create(rows)
    names = {row.domain_id: row.domain for row in rows}
    taken = [names[one.domain_id] for one in checks.claim_due(8)]
    assert taken == [f"new{n}.test" for n in range(6)] + ["old0.test", "old1.test"]
    rest = [names[one.domain_id] for one in checks.claim_due(40)]
    assert sorted(taken + rest) == sorted(names.values()), "each of them once"


def test_a_domain_of_a_worker_that_died_comes_back(acme, as_worker, looked_at) -> None:
    add(acme, "shop.test")
    run()
    with clock.at(clock.now() + timedelta(minutes=2)):
        run()
    assert len(looked_at) == 2


@pytest.mark.parametrize(
    ("outcome", "minutes", "seconds"),
    [
        (Outcome.MATCH, 0, 86_400),
        (Outcome.MISSING, 0, 5),
        (Outcome.MISSING, 2, 12),
        (Outcome.MISSING, 14, 30),
        (Outcome.MISSING, 16, 300),
    ],
)
def test_the_next_look_comes_by_what_was_seen_and_how_long_somebody_has_waited(
    acme, as_worker, settings, outcome, minutes, seconds
) -> None:
    settings.DELAY_SCALE = 1.0
    domain = add(acme, "shop.test")
    with in_schema(acme.reseller.schema_name):
        asked = DomainSchedule.objects.get(domain_id=domain.public_id).watched_until - checks.WATCH
    now = asked + timedelta(minutes=minutes)
    with in_schema(acme.reseller.schema_name), clock.at(now):
        looks = [
            Look(record=record, judgement=Judgement(outcome=outcome))
            for record in selectors.expected_records(domain)
        ]
        checks.keep({domain.public_id: Inspection(looks=looks, began=now)})
        due = DomainSchedule.objects.get(domain_id=domain.public_id).due_at
    assert 0.9 * seconds - 1 <= (due - now).total_seconds() <= seconds


def test_each_kind_of_writing_has_its_turn_however_slow_another_is(
    acme, as_worker, monkeypatch, looked_at
) -> None:
    domains = [add(acme, f"shop{number}.test").public_id for number in range(2)]
    for domain_id in domains:
        with in_schema(acme.reseller.schema_name):
            checks.ask_for_targets(domain_id)
            checks.ask_to_publish(domain_id)
    done: list[str] = []
    monkeypatch.setattr(services, "write_targets", lambda **_: done.append("targets"))
    monkeypatch.setattr(services, "publish_records", lambda **_: done.append("publishing"))
    monkeypatch.setattr(tasks, "_WRITING", 0.0)
    monkeypatch.setattr(tasks, "_SLICE", 0.0)
    run()
    assert done == ["targets", "publishing"]
    assert looked_at, "and domains are looked at"


def test_our_own_zone_is_left_alone_while_it_is_down(acme, as_worker, monkeypatch) -> None:
    domains = [add(acme, f"shop{number}.test").public_id for number in range(3)]
    for domain_id in domains:
        with in_schema(acme.reseller.schema_name):
            checks.ask_for_targets(domain_id)
    DomainSchedule.objects.update(due_at=clock.now() + timedelta(days=1))
    tried: list[object] = []

    def fail(*, domain_id: object) -> None:
        tried.append(domain_id)
        raise ZoneBusy("dns_update.timeout")

    monkeypatch.setattr(services, "write_targets", fail)
    run()
    run()
    assert len(tried) == 1
    with clock.at(clock.now() + timedelta(seconds=40)):
        run()
    assert len(set(tried)) == 2, "and another domain's records are tried next"
