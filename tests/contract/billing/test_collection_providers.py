"""What every collection provider promises, whichever it is."""

import pytest

from billing.invoicing.adapters import PROVIDERS
from billing.invoicing.models import Invoice
from billing.invoicing.ports import Demand
from kernel import ids

pytestmark = pytest.mark.contract

each = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)


def demand():
    return Demand(
        invoice_id=ids.uuid7(),
        number="2026-0000000001-0001",
        reseller_id=ids.uuid7(),
        currency="EUR",
        total_minor=1250,
    )


@each
def test_the_same_demand_twice_is_one_demand(provider):
    asked = demand()
    assert provider.demand(asked) == provider.demand(asked) != ""


@each
def test_a_provider_is_found_by_the_name_that_invoices_carry(provider):
    assert PROVIDERS[provider.name] is provider


def test_new_invoices_name_a_provider_that_there_is():
    assert Invoice._meta.get_field("provider").default in PROVIDERS
