"""Pages by cursor: stable while rows come and go, and as fast on the last page as on the first."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.errors import InvalidInput, NotFound

PAGE, LARGEST_PAGE = 50, 200
_Row = TypeVar("_Row", bound=Model)


class InvalidCursor(InvalidInput):
    """This cursor is not one that we gave."""

    code = "invalid_cursor"


def page(request: Request, rows: QuerySet[_Row], *, show: Callable[[_Row], object]) -> Response:
    """`{"data": […], "next_cursor": …}` of rows ordered by `public_id`, oldest first.

    Reads the query parameters `limit` (1-200) and `cursor`; raises InvalidInput, InvalidCursor.
    """
    limit = _limit(request.query_params.get("limit"))
    cursor = request.query_params.get("cursor")
    if cursor:
        try:
            rows = rows.filter(public_id__gt=ids.from_public("cur", cursor))
        except NotFound as error:
            raise InvalidCursor(field="cursor") from error
    # One row more than asked for tells whether there is a next page.
    found = list(rows.order_by("public_id")[: limit + 1])
    shown, more = found[:limit], len(found) > limit
    # Every model that is paged has the column; the type of a model in general does not say so.
    last = getattr(shown[-1], "public_id", None) if shown else None
    following = ids.to_public("cur", last) if more and last is not None else None
    return Response({"data": [show(row) for row in shown], "next_cursor": following})


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE
    # The length first: a number of thousands of digits is not even read.
    is_number = len(text) <= 6 and text.isascii() and text.isdigit()
    if not is_number or not 1 <= int(text) <= LARGEST_PAGE:
        raise InvalidInput(f"A page has 1 to {LARGEST_PAGE} rows.", field="limit")
    return int(text)
