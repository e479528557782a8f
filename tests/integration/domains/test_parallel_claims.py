"""Of two who prove a name, its parent or its child at the same moment, one gets it."""

import threading

import pytest
from django.db import connection

from kernel.errors import NotFound
from kernel.models import OutboxEvent
from kernel.tenancy import in_schema
from mailcore.directory.models import Route
from mailcore.domains import selectors, services
from mailcore.domains.errors import DomainTaken
from mailcore.domains.models import Domain
from tenants.plans.errors import LimitReached
from tenants.plans.models import Counter
from tenants.plans.services import require

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls) -> list[object]:
    """Run all in threads of their own; what each returned or raised."""
    gate, results = threading.Barrier(len(calls)), []

    def run(call) -> None:
        try:
            gate.wait()
            results.append(call())
        except (DomainTaken, LimitReached, NotFound) as error:
            results.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def claim(cast, name: str):
    def call() -> str:
        with in_schema(cast.reseller.schema_name):
            return services.add_domain(
                actor=cast.owner, organisation_id=cast.organisation.public_id, name=name
            ).name

    return call


@pytest.mark.parametrize("rival", ["{}", "mail.{}"])
def test_of_two_who_show_their_proof_at_once_one_has_the_name(
    acme, globex, internet, rival
) -> None:
    """Whatever order they come in: the database decides, and the other's claim ends."""
    for name in ("shop0.test", "shop1.test", "shop2.test"):
        names = {acme: name, globex: rival.format(name)}
        claimed = at_once(*(claim(cast, names[cast]) for cast in names))
        assert set(claimed) == set(names.values())
        net = internet(name)
        net.publish([selectors.ownership_of(domain_of(cast, names[cast])) for cast in names])
        states = at_once(*(prove(cast, names[cast], net) for cast in names))
        assert states.count("verified") == 1, states
        # The other's claim ends with its next look, unless that one was the later already.
        at_once(*(prove(cast, names[cast], net) for cast in names if domain_of(cast, names[cast])))
        (winner,) = [cast for cast in names if domain_of(cast, names[cast])]
        (loser,) = set(names) - {winner}
        with in_schema(loser.reseller.schema_name):
            assert not Route.objects.filter(domain=names[loser]).exists()
            ended = OutboxEvent.objects.filter(type="domain.claim_ended")
            assert ended.last().data["name"] == names[loser]
            verified = OutboxEvent.objects.filter(type="domain.verified", data__name=names[loser])
            assert not verified.exists()


def domain_of(cast, name: str) -> Domain | None:
    with in_schema(cast.reseller.schema_name):
        return Domain.objects.filter(name=name).first()


def prove(cast, name: str, net):
    domain = domain_of(cast, name)

    def call() -> str:
        with in_schema(cast.reseller.schema_name):
            return services.check_domain(domain_id=domain.public_id, exchange=net.exchange).state

    return call


def test_a_limit_holds_against_parallel_requests(acme) -> None:
    Counter.objects.create(reseller_id=acme.reseller.public_id, feature="domains", used=997)

    def take() -> str:
        with in_schema(acme.reseller.schema_name):
            require("domains")
        return "taken"

    results = at_once(*[take] * 8)
    assert results.count("taken") == 3
    assert results.count(LimitReached) == 5
    assert Counter.objects.get(feature="domains").used == 1000
