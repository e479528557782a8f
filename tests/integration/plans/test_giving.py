"""A plan that is being given is not deleted meanwhile."""

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


def test_deleting_waits_for_who_gives_the_plan(acme) -> None:
    reseller_id = acme.reseller.public_id
    with in_schema(PUBLIC):  # where the operator's pages and API run
        services.create_plan(actor=OPERATOR, key="agency", name="Agency", limits={})
        assert somebody_else_can_lock("agency")
        with transaction.atomic():
            services.assign_plan(actor=OPERATOR, reseller_id=reseller_id, key="agency")
            assert not somebody_else_can_lock("agency")
        assert Entitlement.objects.get(reseller_id=reseller_id).plan.key == "agency"
        with pytest.raises(PlanInUse):
            services.remove_plan(actor=OPERATOR, key="agency")
        for unknown in ("none", "agency\0"):
            with pytest.raises(UnknownPlan):
                services.assign_plan(actor=OPERATOR, reseller_id=reseller_id, key=unknown)
