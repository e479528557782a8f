"""A plan that is being given is not deleted meanwhile."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from kernel.actor import Actor, ActorKind
from kernel.tenancy import PUBLIC, in_schema
from tenants.plans import services
from tenants.plans.errors import PlanInUse, UnknownPlan
from tenants.plans.models import Entitlement, Plan

pytestmark = pytest.mark.django_db(transaction=True)
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="test", role="operator")
KEY = "given"


@pytest.fixture
def plan(acme) -> Iterator[None]:
    """A plan that nobody has; other tests find no trace of it."""
    with in_schema(PUBLIC):
        services.create_plan(actor=OPERATOR, key=KEY, name="Given", limits={})
        yield
        services.assign_plan(
            actor=OPERATOR, reseller_id=acme.reseller.public_id, key=services.DEFAULT_PLAN
        )
        services.remove_plan(actor=OPERATOR, key=KEY)


def somebody_else_can_lock(key: str) -> bool:
    """Whether another connection gets the lock that deleting begins with."""

    def lock() -> bool:
        try:
            with transaction.atomic():
                return bool(Plan.objects.select_for_update(nowait=True).filter(key=key))
        except OperationalError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as one:
        return one.submit(lock).result()


def test_deleting_waits_for_who_gives_the_plan(acme, plan) -> None:
    reseller_id = acme.reseller.public_id
    with in_schema(PUBLIC):  # where the operator's pages and API run
        assert somebody_else_can_lock(KEY)
        with transaction.atomic():
            services.assign_plan(actor=OPERATOR, reseller_id=reseller_id, key=KEY)
            assert not somebody_else_can_lock(KEY)
        assert Entitlement.objects.get(reseller_id=reseller_id).plan.key == KEY
        with pytest.raises(PlanInUse):
            services.remove_plan(actor=OPERATOR, key=KEY)
        for unknown in ("none", f"{KEY}\0"):
            with pytest.raises(UnknownPlan):
                services.assign_plan(actor=OPERATOR, reseller_id=reseller_id, key=unknown)
