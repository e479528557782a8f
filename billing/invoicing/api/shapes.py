"""What the API shows of an invoice; amounts in minor units (cents)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, TypedDict

from billing.invoicing.models import Invoice, InvoiceLine
from billing.metering.api.shapes import Exact, decimal_text, organisation_text
from billing.metering.models import Meter
from kernel import ids
from kernel.rest.openapi import Id, OneOf, shape

_HEAD: Mapping[str, object] = {
    "id": "inv_01k8z1r7v9x1z3b5d7f9h1k3n5",
    "number": "2026-000017",
    "currency": "EUR",
    "total_minor": 1250,
    "provider": "manual",
    "period": {"starts_at": "2026-02-01T00:00:00Z", "ends_at": "2026-03-01T00:00:00Z"},
    "issued_at": "2026-03-01T00:05:00Z",
}
_LINE: Mapping[str, object] = {
    "n": 1,
    "organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8",
    "meter": "mailbox_days",
    "quantity": "280",
    "unit_price_minor": "4.4643",
    "amount_minor": 1250,
}


class Period(TypedDict):
    """The span of time that an invoice covers."""

    starts_at: datetime
    ends_at: datetime


@shape(example=_HEAD)
class InvoiceShown(TypedDict):
    """An invoice's head."""

    id: Annotated[str, Id("inv")]
    number: str
    currency: str
    total_minor: int
    provider: str
    period: Period
    issued_at: datetime


class LineShown(TypedDict):
    """The sum of one meter for one organisation."""

    n: int
    organisation: Annotated[str, Id("org")] | None
    meter: Annotated[str, OneOf(Meter)]
    quantity: Exact
    unit_price_minor: Exact
    amount_minor: int


@shape(example={**_HEAD, "lines": [_LINE]})
class WholeInvoice(InvoiceShown):
    """An invoice with its lines."""

    lines: list[LineShown]


def show(invoice: Invoice) -> InvoiceShown:
    """An invoice's head as JSON."""
    return {
        "id": ids.to_public("inv", invoice.public_id),
        "number": invoice.number,
        "currency": invoice.currency,
        "total_minor": invoice.total_minor,
        "provider": invoice.provider,
        "period": {"starts_at": invoice.period.starts_at, "ends_at": invoice.period.ends_at},
        "issued_at": invoice.issued_at,
    }


def show_line(line: InvoiceLine) -> LineShown:
    """A line as JSON."""
    return {
        "n": line.n,
        "organisation": organisation_text(line.organisation_id),
        "meter": line.meter,
        "quantity": decimal_text(line.quantity),
        "unit_price_minor": decimal_text(line.unit_price_minor),
        "amount_minor": line.amount_minor,
    }
