"""The API shows a reseller its own usage and bills, to whoever may see them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from rest_framework.test import APIRequestFactory, force_authenticate

from billing.invoicing.api import invoices as invoicing
from billing.invoicing.services import close_period
from billing.metering.api import usage as metering
from billing.metering.models import Meter
from billing.metering.services import record_usage
from billing.pricing.services import ensure_default_prices, subscribe
from kernel import clock, ids
from kernel.actor import SYSTEM, Actor, ActorKind
from kernel.tenancy import in_schema

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 1, tzinfo=UTC)
NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
COSTS = frozenset({"usage.read", "invoices.read"})


def key_of(cast, *, scopes=COSTS, organisation=None):
    return Actor(
        kind=ActorKind.API_KEY,
        id="key_1",
        reseller=cast.reseller.public_id,
        scopes=scopes,
        organisation=organisation,
    )


def get(view, actor, query="", **parts):
    request = APIRequestFactory().get(f"/{query}")
    force_authenticate(request, user=SimpleNamespace(is_authenticated=True), token=actor)
    return view.as_view()(request, **parts)


@pytest.fixture
def billed(acme):
    """Three messages on an invoice, and one more since."""
    ensure_default_prices()
    subscribe(reseller_id=acme.reseller.public_id, at=START)
    with clock.at(NOON):
        for n in range(3):
            count(acme, key=f"{n}", at=START + timedelta(hours=n))
        close_period(actor=SYSTEM, reseller_id=acme.reseller.public_id)
        count(acme, key="since", at=NOON)
        yield acme


def count(cast, *, key, at):
    record_usage(
        key=key,
        meter=Meter.MESSAGES_SENT,
        quantity=Decimal(100),
        occurred_at=at,
        reseller_id=cast.reseller.public_id,
        organisation_id=cast.organisation.public_id,
        event_id=ids.uuid7(),
        subject="client.test",
    )


def test_usage_is_this_months_whether_billed_or_not(billed):
    answer = get(metering.UsageCollection, key_of(billed)).data
    assert answer["data"][1] == {
        "meter": "messages_sent",
        "quantity": "400",
        "unit_price_minor": "0.02",
        "amount_minor": 8,
        "currency": "EUR",
    }
    assert (answer["from"], answer["until"]) == (START, NOON)


def test_an_invoice_opens_from_the_list_to_its_lines_to_their_records(billed):
    key = key_of(billed)
    listed = get(invoicing.InvoiceCollection, key).data["data"]
    assert [(one["total_minor"], one["provider"]) for one in listed] == [(6, "manual")]
    invoice = get(invoicing.InvoiceDetail, key, invoice_id=listed[0]["id"]).data
    assert [(line["n"], line["meter"], line["quantity"]) for line in invoice["lines"]] == [
        (1, "messages_sent", "300")
    ]
    first = get(
        invoicing.LineRecordCollection, key, "?limit=2", invoice_id=listed[0]["id"], n=1
    ).data
    assert [record["quantity"] for record in first["data"]] == ["100", "100"]
    rest = get(
        invoicing.LineRecordCollection,
        key,
        f"?limit=2&cursor={first['next_cursor']}",
        invoice_id=listed[0]["id"],
        n=1,
    ).data
    assert [record["subject"] for record in rest["data"]] == ["client.test"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("n", [0, 2, 99_999_999_999])
def test_a_line_that_is_not_there_is_not_found(billed, n):
    key = key_of(billed)
    identity = get(invoicing.InvoiceCollection, key).data["data"][0]["id"]
    assert get(invoicing.LineRecordCollection, key, invoice_id=identity, n=1).status_code == 200
    assert get(invoicing.LineRecordCollection, key, invoice_id=identity, n=n).status_code == 404


def test_another_reseller_finds_nothing(billed, globex):
    identity = get(invoicing.InvoiceCollection, key_of(billed)).data["data"][0]["id"]
    assert get(invoicing.InvoiceDetail, key_of(billed), invoice_id=identity).status_code == 200
    with in_schema(globex.reseller.schema_name):
        theirs = key_of(globex)
        assert get(invoicing.InvoiceCollection, theirs).data["data"] == []
        assert get(invoicing.InvoiceDetail, theirs, invoice_id=identity).status_code == 404
        records = get(invoicing.LineRecordCollection, theirs, invoice_id=identity, n=1)
        assert records.status_code == 404


@pytest.mark.parametrize("view", [metering.UsageCollection, invoicing.InvoiceCollection])
def test_costs_are_not_for_a_key_without_the_right_or_of_one_client(billed, view):
    client = billed.organisation.public_id
    assert get(view, key_of(billed)).status_code == 200
    assert get(view, key_of(billed, scopes=frozenset({"domains.read"}))).status_code == 403
    refused = get(view, key_of(billed, organisation=client))
    assert (refused.status_code, refused.data["code"]) == (403, "not_allowed")


def test_without_a_key_nothing_is_shown(billed):
    request = APIRequestFactory().get("/")
    assert metering.UsageCollection.as_view()(request).status_code in {401, 403}
