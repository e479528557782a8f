"""Of two who claim a name, its parent or its child at the same moment, one gets it."""

import threading

import pytest
from django.db import connection

from kernel.tenancy import in_schema
from mailcore.directory.models import Route
from mailcore.domains import services
from mailcore.domains.errors import DomainTaken
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
        except (DomainTaken, LimitReached) as error:
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


@pytest.mark.parametrize("rival", ["shop.test", "mail.shop.test"])
def test_two_resellers_never_hold_one_name(acme, globex, rival) -> None:
    results = at_once(claim(acme, "shop.test"), claim(globex, rival))
    assert results.count(DomainTaken) == 1, results
    mine = Route.objects.count()
    with in_schema(globex.reseller.schema_name):
        assert mine + Route.objects.count() == 1


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
