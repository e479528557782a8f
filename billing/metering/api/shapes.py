"""What the API shows of usage; quantities are exact decimals as text, amounts whole cents."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypedDict
from uuid import UUID

from billing.metering.models import Meter, UsageRecord
from billing.metering.selectors import UsageRow
from kernel import ids
from kernel.rest.openapi import Id, Matches, OneOf, shape

#: A decimal without trailing zeros or an exponent: JSON numbers would lose digits.
Exact = Annotated[str, Matches(r"^-?[0-9]+(\.[0-9]+)?$")]
_ROW: Mapping[str, object] = {
    "meter": "messages_sent",
    "quantity": "1250",
    "unit_price_minor": "0.02",
    "amount_minor": 25,
    "currency": "EUR",
}


class MeterUsed(TypedDict):
    """A meter; `amount_minor` in whole cents."""

    meter: Annotated[str, OneOf(Meter)]
    quantity: Exact
    unit_price_minor: Exact
    amount_minor: int
    currency: str


#: `from` is a word of Python's own, hence this form.
Usage = TypedDict(
    "Usage",
    {"data": list[MeterUsed], "next_cursor": None, "from": datetime, "until": datetime},
)
Usage.__doc__ = "What was used between two instants."
shape(
    example={
        "data": [_ROW],
        "next_cursor": None,
        "from": "2026-03-01T00:00:00Z",
        "until": "2026-03-09T11:12:13Z",
    }
)(Usage)


@shape(
    example={
        "id": "use_01k8z1p3s5v7x9z1b3d5f7h9k1",
        "meter": "messages_sent",
        "quantity": "1",
        "organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8",
        "occurred_at": "2026-03-02T08:00:00Z",
        "recorded_at": "2026-03-02T08:00:01Z",
        "key": "sent:msg_01k8z1q5t7w9y1a3c5e7g9j1m3",
        "subject": "msg_01k8z1q5t7w9y1a3c5e7g9j1m3",
    }
)
class RecordShown(TypedDict):
    """One counted fact of the ledger; `key` is unique."""

    id: Annotated[str, Id("use")]
    meter: Annotated[str, OneOf(Meter)]
    quantity: Exact
    organisation: Annotated[str, Id("org")] | None
    occurred_at: datetime
    recorded_at: datetime
    key: str
    subject: str


def show_row(row: UsageRow) -> MeterUsed:
    """A meter as JSON."""
    return {
        "meter": row.meter,
        "quantity": decimal_text(row.quantity),
        "unit_price_minor": decimal_text(row.unit_price_minor),
        "amount_minor": row.amount_minor,
        "currency": row.currency,
    }


def show_record(record: UsageRecord) -> RecordShown:
    """A ledger entry as JSON."""
    return {
        "id": ids.to_public("use", record.public_id),
        "meter": record.meter,
        "quantity": decimal_text(record.quantity),
        "organisation": organisation_text(record.organisation_id),
        "occurred_at": record.occurred_at,
        "recorded_at": record.recorded_at,
        "key": record.key,
        "subject": record.subject,
    }


def organisation_text(organisation_id: UUID | None) -> str | None:
    """`org_…`, or None for what no organisation caused."""
    return ids.to_public("org", organisation_id) if organisation_id else None


def decimal_text(value: Decimal) -> str:
    """The text of an exact decimal."""
    return f"{value.normalize():f}"
