"""The worker looks at what is due, of every reseller, and one bad domain holds up no other."""

from datetime import timedelta

import pytest

from kernel import clock
from kernel.tenancy import PUBLIC, in_schema
from mailcore.checks import services as checks
from mailcore.checks.models import DomainSchedule
from mailcore.domains import services, tasks

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
def looked_at(monkeypatch) -> list[object]:
    """The domains that were checked; the first one fails."""
    seen: list[object] = []

    def look(*, domain_id: object) -> None:
        seen.append(domain_id)
        if len(seen) == 1:
            raise RuntimeError("a server that drives us mad")

    monkeypatch.setattr(tasks.services, "check_domain", look)
    return seen


def test_due_domains_of_all_resellers_are_checked(acme, globex, as_worker, looked_at) -> None:
    made = {add(acme, "shop.test").public_id, add(globex, "rival.test").public_id}
    run()
    assert set(looked_at) == made
    run()
    assert len(looked_at) == 2, "a domain that was just taken is not due"


def test_a_domain_of_a_worker_that_died_comes_back(acme, as_worker, looked_at) -> None:
    add(acme, "shop.test")
    run()
    with clock.at(clock.now() + timedelta(minutes=2)):
        run()
    assert len(looked_at) == 2


@pytest.mark.parametrize(
    ("outcome", "watched", "seconds"),
    [("match", True, 86_400), ("missing", True, 5), ("missing", False, 300)],
)
def test_the_next_look_comes_by_what_was_seen(
    acme, as_worker, settings, outcome, watched, seconds
) -> None:
    settings.DELAY_SCALE = 1.0
    domain = add(acme, "shop.test")
    now = clock.now() + (timedelta(0) if watched else checks.WATCH * 2)
    with in_schema(acme.reseller.schema_name), clock.at(now):
        rows = checks.RecordVerdict.objects.filter(domain_id=domain.public_id)
        rows.update(verdict=outcome)
        checks.keep(domain_id=domain.public_id, looks=[])
        due = DomainSchedule.objects.get(domain_id=domain.public_id).due_at
    assert (due - now).total_seconds() == pytest.approx(seconds, abs=1)
