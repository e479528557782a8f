"""From usage records to invoice lines: plain arithmetic, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.pricing.selectors import Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """An unbilled usage record, as far as the bill needs it."""

    public_id: UUID
    organisation_id: UUID | None
    meter: str
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One organisation and one meter: the sum, its price, and the records it is made of."""

    n: int
    organisation_id: UUID | None
    meter: str
    quantity: Decimal
    unit_price_minor: Decimal
    amount_minor: int
    usage_ids: tuple[UUID, ...]


def draft_lines(usage: Iterable[Usage], *, rates: Rates) -> list[DraftLine]:
    """Lines in a stable order, numbered from 1; every record is on exactly one of them."""
    groups: dict[tuple[UUID | None, str], list[Usage]] = {}
    for record in usage:
        groups.setdefault((record.organisation_id, record.meter), []).append(record)
    ordered = sorted(groups.items(), key=lambda item: (str(item[0][0] or ""), item[0][1]))
    return [
        _line(n=n, organisation_id=organisation_id, meter=meter, records=records, rates=rates)
        for n, ((organisation_id, meter), records) in enumerate(ordered, start=1)
    ]


def _line(
    *,
    n: int,
    organisation_id: UUID | None,
    meter: str,
    records: list[Usage],
    rates: Rates,
) -> DraftLine:
    quantity = sum((record.quantity for record in records), Decimal(0))
    return DraftLine(
        n=n,
        organisation_id=organisation_id,
        meter=meter,
        quantity=quantity,
        unit_price_minor=rates.unit_price(meter),
        amount_minor=rates.amount(meter=meter, quantity=quantity),
        usage_ids=tuple(record.public_id for record in records),
    )
