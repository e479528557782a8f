"""What happened at a reseller: business events that were kept, and mail facts, in one order.

The order is that in which they were stored. What is being stored right now is left out for a
moment, so that whoever follows by cursor misses nothing of an ordinary transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import merge
from uuid import UUID

from django.db import connection

from controlplane.webhook_events import KINDS, fact_of
from kernel import clock, ids
from kernel.tenancy import current_reseller_id
from mailcore.delivery.statements import statement
from tenants.webhooks import selectors
from tenants.webhooks.services.keeping import KEPT
from tenants.webhooks.services.queueing import Fact

#: How long a transaction may take before a follower could pass its rows by.
SETTLE = timedelta(seconds=3)
_LIST = statement("list_facts")
_ORDERS = {True: ("id DESC", "t.id DESC"), False: ("id", "t.id")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event and its place in the order."""

    place: UUID
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for: empty means all; `subject` is a public id."""

    event_type: str = ""
    subject: str = ""
    organisation_id: UUID | None = None


def settled() -> UUID:
    """The place up to which nothing more is to come."""
    return ids.first_at(clock.now() - SETTLE)


def list_newest(sought: Sought, *, before: UUID | None, limit: int) -> list[Entry]:
    """The newest first, below a place."""
    end = settled()
    below = end if before is None else min(before, end)
    return _list(sought, above=_oldest(), below=below, limit=limit, newest_first=True)


def list_after(sought: Sought, *, after: UUID, limit: int) -> list[Entry]:
    """The oldest first, above a place."""
    above = max(after, _oldest())
    return _list(sought, above=above, below=settled(), limit=limit, newest_first=False)


def _oldest() -> UUID:
    return ids.first_at(clock.now() - KEPT)


def _list(
    sought: Sought, *, above: UUID, below: UUID, limit: int, newest_first: bool
) -> list[Entry]:
    told = _business(sought, above, below, limit, newest_first)
    facts = _mail(sought, above, below, limit, newest_first)
    both = merge(told, facts, key=lambda entry: entry.place, reverse=newest_first)
    return [entry for entry, _ in zip(both, range(limit), strict=False)]


def _business(
    sought: Sought, above: UUID, below: UUID, limit: int, newest_first: bool
) -> Sequence[Entry]:
    rows = selectors.list_told().filter(id__gt=above, id__lt=below)
    if sought.event_type:
        rows = rows.filter(event_type=sought.event_type)
    if sought.subject:
        rows = rows.filter(subject=sought.subject)
    if sought.organisation_id is not None:
        rows = rows.filter(organisation_id=sought.organisation_id)
    return [
        Entry(
            place=row.id,
            fact=Fact(
                event_id=row.event_id,
                reseller_id=row.reseller_id,
                event_type=row.event_type,
                occurred_at=row.occurred_at,
                data=row.data,
            ),
        )
        for row in rows.order_by("-id" if newest_first else "id")[:limit]
    ]


def _mail(
    sought: Sought, above: UUID, below: UUID, limit: int, newest_first: bool
) -> Sequence[Entry]:
    kinds = [kind for kind, name in KINDS.items() if sought.event_type in ("", name)]
    message = ids.find_public("msg", sought.subject) if sought.subject else None
    if not kinds or (sought.subject and message is None):
        return []
    order, order_told = _ORDERS[newest_first]
    with connection.cursor() as cursor:
        cursor.execute(
            _LIST.format(order=order, order_told=order_told),
            {
                "reseller": current_reseller_id(),
                "above": above,
                "below": below,
                "kinds": kinds,
                "organisation": sought.organisation_id,
                "message": message,
                "limit": limit,
            },
        )
        return [Entry(place=row[0], fact=fact_of(*row)) for row in cursor.fetchall()]
