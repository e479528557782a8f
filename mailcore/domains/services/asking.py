"""Ask servers of a caller's choice while the caller waits: few at once, and not for long."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from kernel.rest.rates import TooManyRequests
from kernel.tenancy import current_reseller_id
from mailcore.zones.deadlines import within

#: Seconds for everything that one request asks.
_SECONDS = 20.0
#: So many at once for one reseller, and for all: fewer than a process of the web has threads, so
#: that servers that keep silent never hold up the pages of others.
_OF_RESELLER, _OF_ALL = 3, 6
#: Of all places those that a reseller's second and third request may take. The others are for the
#: first one of each, so that two resellers whose servers keep silent do not shut everybody out.
_SHARED = 2
_KEY = "hashtextextended('asks ' || %s || ' ' || %s, 0)"


@contextmanager
def asking() -> Iterator[None]:
    """Hold a place while servers are asked, all of them within 20 s; raises TooManyRequests."""
    reseller = str(current_reseller_id())
    with _place(reseller, range(_OF_RESELLER)) as own:
        # A first request takes a shared place only when no other is left.
        open_to_it = range(_SHARED) if own else reversed(range(_OF_ALL))
        with _place("all", open_to_it), within(_SECONDS):
            yield


@contextmanager
def _place(whose: str, places: Iterable[int]) -> Iterator[int]:
    """The first of these places that is free."""
    # Held by the connection and no transaction: it ends with a process that is killed.
    place = next((n for n in places if _holds("pg_try_advisory_lock", whose, n)), None)
    if place is None:
        raise TooManyRequests
    try:
        yield place
    finally:
        _holds("pg_advisory_unlock", whose, place)


def _holds(function: str, whose: str, place: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({_KEY})", [whose, str(place)])
        return bool(cursor.fetchone()[0])
