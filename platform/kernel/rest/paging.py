"""Pages by cursor: stable while rows come and go, and as fast on the last page as on the first."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.errors import InvalidInput, NotFound

PAGE, LARGEST_PAGE = 50, 200
_Row = TypeVar("_Row", bound=Model)
_Entry = TypeVar("_Entry")


class InvalidCursor(InvalidInput):
    """This cursor is not one that we gave."""

    code = "invalid_cursor"


def page(request: Request, rows: QuerySet[_Row], *, show: Callable[[_Row], object]) -> Response:
    """`{"data": […], "next_cursor": …}` of rows ordered by `public_id`, oldest first.

    Reads the query parameters `limit` (1-200) and `cursor`; raises InvalidInput, InvalidCursor.
    """

    def fetch(after: UUID | None, limit: int) -> Sequence[_Row]:
        following = rows if after is None else rows.filter(public_id__gt=after)
        return list(following.order_by("public_id")[:limit])

    return page_of(request, fetch=fetch, key=_public_id, show=show)


def page_of(
    request: Request,
    *,
    fetch: Callable[[UUID | None, int], Sequence[_Entry]],
    key: Callable[[_Entry], UUID],
    show: Callable[[_Entry], object],
) -> Response:
    """The same of what `fetch` lists: at most so many rows beyond the one with this key."""
    limit = _limit(request.query_params.get("limit"))
    # One row more than asked for tells whether there is a next page.
    found = fetch(_cursor(request.query_params.get("cursor")), limit + 1)
    shown, more = found[:limit], len(found) > limit
    following = ids.to_public("cur", key(shown[-1])) if more else None
    return Response({"data": [show(row) for row in shown], "next_cursor": following})


def _public_id(row: Any) -> UUID:
    """Every model that is paged has the column; the type of a model in general does not say so."""
    found: UUID = row.public_id
    return found


def _cursor(text: str | None) -> UUID | None:
    try:
        return ids.from_public("cur", text) if text else None
    except NotFound as error:
        raise InvalidCursor(field="cursor") from error


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE
    # The length first: a number of thousands of digits is not even read.
    is_number = len(text) <= 6 and text.isascii() and text.isdigit()
    if not is_number or not 1 <= int(text) <= LARGEST_PAGE:
        raise InvalidInput(f"A page has 1 to {LARGEST_PAGE} rows.", field="limit")
    return int(text)
