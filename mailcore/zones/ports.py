"""A zone that we may write."""

from collections.abc import Collection, Sequence
from typing import Protocol

from kernel.errors import PermanentError, TransientError
from mailcore.protocol.dns_plan import BESIDE_ALIAS
from mailcore.protocol.dns_zone import Change, Place, RecordSet, Standing


class ZoneBusy(TransientError):
    """The server could not answer now; `code` is stored and shown.

    Some of the changes may have been made: only reading the zone tells. `wait` is how many seconds
    the server asked to be left alone.
    """

    def __init__(self, code: str, *, wait: float = 0.0) -> None:
        self.code, self.wait = code, wait
        super().__init__(code)


class ZoneRefused(PermanentError):
    """The server refuses for good; `code` is stored and shown, `done` was changed before."""

    def __init__(self, code: str, *, done: Sequence[Change] = ()) -> None:
        self.code, self.done = code, tuple(done)
        super().__init__(code)


#: The types of records that we ever write or take away.
WRITABLE = frozenset(BESIDE_ALIAS)


class ZoneEditor(Protocol):
    """Reads and changes records of one zone; each call raises ZoneBusy or ZoneRefused."""

    @property
    def types(self) -> Collection[str]:
        """The types of records that can be written there."""
        ...

    def zone_of(self, name: str) -> str:
        """The zone at this server that holds the name."""
        ...

    def read(self, zone: str, places: Sequence[Place]) -> dict[Place, RecordSet]:
        """What stands at these places now, an empty set where nothing does.

        Only what is written there: what a wildcard makes a server answer does not count.
        """
        ...

    def apply(self, zone: str, changes: Sequence[Change], *, standing: Standing) -> None:
        """Make the changes, if what they touch is still as in `standing`.

        All or none where the server can; else in their order, up to the first that fails.
        """
        ...

    def try_out(self, zone: str) -> None:
        """Find out whether changes would be taken, without making one."""
        ...
