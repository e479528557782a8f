"""A zone that we may write."""

from collections.abc import Sequence
from typing import Protocol

from kernel.errors import PermanentError, TransientError
from mailcore.protocol.dns_plan import Change


class ZoneBusy(TransientError):
    """The server could not answer now; `code` is stored and shown."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class ZoneRefused(PermanentError):
    """The server refuses for good; `code` is stored and shown."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class ZoneEditor(Protocol):
    """Reads and changes records at one server; each call raises ZoneBusy or ZoneRefused."""

    def zone_of(self, name: str) -> str:
        """The zone at this server that holds the name."""
        ...

    def read(self, name: str, rdtype: str) -> list[str]:
        """The values that stand there now; MX as `priority host`."""
        ...

    def apply(self, zone: str, changes: Sequence[Change]) -> None:
        """All of the changes, or none."""
        ...
