"""Pages by cursor: stable while rows come and go, and as fast on the last page as on the first."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import InvalidInput
from kernel.rest import cursors
from kernel.rest.cursors import Place
from kernel.rest.listing import Listing

PAGE, LARGEST_PAGE = 50, 200
_Row = TypeVar("_Row", bound=Model)
_Entry = TypeVar("_Entry")
_PLAIN = Listing()


def page(
    request: Request,
    rows: QuerySet[_Row],
    *,
    show: Callable[[_Row], object],
    listing: Listing | None = None,
) -> Response:
    """`{"data": […], "next_cursor": …}` of rows in the order asked for, else oldest first.

    Reads the query parameters `limit` (1-200), `cursor`, `sort` and the listing's own; raises
    InvalidInput, InvalidCursor. Without a listing the caller has read its filters itself.
    """
    order = (listing or _PLAIN).order_of(request)
    narrowed = rows if listing is None else listing.narrow(request, rows)
    cursor = request.query_params.get("cursor")
    if order.text == "created_at":
        after = cursors.read_plain(cursor)
        place = None if after is None else Place(id=after)
    else:
        place = cursors.read_ordered(cursor, order=order.text)
    limit = limit_of(request.query_params.get("limit"))
    # One row more than asked for tells whether there is a next page.
    found = list(order.apply(narrowed, after=place)[: limit + 1])

    def following(row: _Row) -> str:
        identifier = _public_id(row)
        if order.text == "created_at":
            return cursors.plain(identifier)
        return cursors.ordered(Place(id=identifier, value=order.value_of(row)), order=order.text)

    return _answer(found, limit=limit, following=following, show=show)


def page_of(
    request: Request,
    *,
    fetch: Callable[[UUID | None, int], Sequence[_Entry]],
    key: Callable[[_Entry], UUID],
    show: Callable[[_Entry], object],
) -> Response:
    """The same of what `fetch` lists in its one order: so many rows beyond the one with this key."""
    if "sort" in request.query_params:
        raise InvalidInput("This list has one order.", field="sort")
    limit = limit_of(request.query_params.get("limit"))
    found = fetch(cursors.read_plain(request.query_params.get("cursor")), limit + 1)
    return _answer(found, limit=limit, following=lambda row: cursors.plain(key(row)), show=show)


def _answer(
    found: Sequence[_Entry],
    *,
    limit: int,
    following: Callable[[_Entry], str],
    show: Callable[[_Entry], object],
) -> Response:
    shown, more = found[:limit], len(found) > limit
    next_cursor = following(shown[-1]) if more else None
    return Response({"data": [show(row) for row in shown], "next_cursor": next_cursor})


def _public_id(row: Any) -> UUID:
    """Every model that is paged has the column; the type of a model in general does not say so."""
    found: UUID = row.public_id
    return found


def limit_of(text: str | None) -> int:
    """How many rows a page has; raises InvalidInput."""
    if text is None:
        return PAGE
    # The length first: a number of thousands of digits is not even read.
    is_number = len(text) <= 6 and text.isascii() and text.isdigit()
    if not is_number or not 1 <= int(text) <= LARGEST_PAGE:
        raise InvalidInput(f"A page has 1 to {LARGEST_PAGE} rows.", field="limit")
    return int(text)
