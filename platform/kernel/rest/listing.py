"""How a list can be narrowed and ordered: query parameters, each said once, for code and document."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request

from kernel import ids
from kernel.errors import InvalidInput, NotFound
from kernel.rest.cursors import Place

_Row = TypeVar("_Row", bound=Model)
#: What every list takes.
COMMON = frozenset({"limit", "cursor", "sort", "fields"})
_LONGEST = 1000
#: Ids begin with the time: in their order rows stand as they were made.
_BY_AGE = {"created_at": "public_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A query parameter: the look-up that it means, how its text is read, and what a document says.

    `read` raises ValueError with a sentence for the caller.
    """

    lookup: str
    read: Callable[[str], object]
    schema: Mapping[str, object]
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of rows: as it was asked for, and the column behind it."""

    text: str
    column: str
    is_descending: bool

    def apply(self, rows: QuerySet[_Row], *, after: Place | None) -> QuerySet[_Row]:
        """The rows beyond a place; equal ones stand by their id, so that the order is whole."""
        sign, beyond = ("-", "lt") if self.is_descending else ("", "gt")
        if self.column == "public_id":
            found = rows if after is None else rows.filter(**{f"public_id__{beyond}": after.id})
            return found.order_by(f"{sign}public_id")
        if after is not None:
            tied = Q(**{self.column: after.value, f"public_id__{beyond}": after.id})
            rows = rows.filter(tied | Q(**{f"{self.column}__{beyond}": after.value}))
        return rows.order_by(f"{sign}{self.column}", f"{sign}public_id")

    def value_of(self, row: Model) -> str:
        """The text by which the row stands where it stands."""
        return "" if self.column == "public_id" else str(getattr(row, self.column))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The filters of a list, and what it can be sorted by: name → a text column, never null."""

    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)

    def narrow(self, request: Request, rows: QuerySet[_Row]) -> QuerySet[_Row]:
        """The rows that the query asks for; raises InvalidInput, also for an unknown parameter."""
        for name in request.query_params:
            if name in COMMON:
                continue
            if name not in self.filters:
                # A typing mistake that is passed over would list everything.
                known = ", ".join(sorted({*self.filters, *COMMON}))
                raise InvalidInput(f"This is not known here; there are: {known}.", field=name)
            one = self.filters[name]
            try:
                value = one.read(_single(request, name))
            except ValueError as error:
                raise InvalidInput(str(error), field=name) from error
            rows = rows.filter(**{one.lookup: value})
        return rows

    def order_of(self, request: Request) -> Order:
        """What `sort` asks for; oldest first without it. Raises InvalidInput."""
        text = request.query_params.get("sort", "created_at")
        column = (_BY_AGE | dict(self.sorts)).get(text.removeprefix("-"))
        if column is None:
            known = ", ".join(self.names())
            raise InvalidInput(
                f"Sort by one of: {known}; with - before it backwards.", field="sort"
            )
        return Order(text=text, column=column, is_descending=text.startswith("-"))

    def names(self) -> list[str]:
        """What the list can be sorted by."""
        return sorted(_BY_AGE | dict(self.sorts))


def choice(lookup: str, values: Collection[str], *, says: str) -> Filter:
    """One of these words."""
    words = list(values)

    def read(text: str) -> str:
        if text not in words:
            raise ValueError("This is one of: " + ", ".join(words) + ".")
        return text

    return Filter(lookup=lookup, read=read, schema={"type": "string", "enum": words}, says=says)


def text(lookup: str, *, says: str) -> Filter:
    """Any text, compared in lower case."""
    schema = {"type": "string", "maxLength": _LONGEST}
    return Filter(lookup=lookup, read=str.lower, schema=schema, says=says)


def reference(prefix: str, lookup: str, *, says: str) -> Filter:
    """A public id; one of nothing that is there leaves no row."""

    def read(given: str) -> object:
        try:
            return ids.from_public(prefix, given)
        except NotFound as error:
            raise ValueError(f"This is no id {prefix}_….") from error

    schema = {"type": "string", "pattern": f"^{prefix}_[0-9a-z]{{26}}$"}
    return Filter(lookup=lookup, read=read, schema=schema, says=says)


def instant(lookup: str, *, says: str) -> Filter:
    """A time as ISO 8601 with its zone."""

    def read(given: str) -> datetime:
        try:
            found = parse_datetime(given)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            raise ValueError("This is no time such as 2026-11-22T17:00:00Z.")
        return found

    return Filter(
        lookup=lookup, read=read, schema={"type": "string", "format": "date-time"}, says=says
    )


def _single(request: Request, name: str) -> str:
    given = request.query_params.getlist(name)
    if len(given) != 1 or len(given[0]) > _LONGEST or "\0" in given[0]:
        raise ValueError(f"Give one value of at most {_LONGEST} characters, without NUL.")
    return str(given[0])
