"""Zones and their servers, and what walkers that work at the same time may tell each other."""

import time
from dataclasses import dataclass, field

from dns.name import Name

from kernel.dns.answers import Server

#: What one walk learned is believed by others for so many seconds, and of so many names.
_SECONDS, _MOST = 30.0, 5000


#: A name as a key: the hash of dnspython's names is worked out letter by letter, each time.
Labels = tuple[bytes, ...]


def labels_of(name: Name) -> Labels:
    """Its labels in lower case."""
    return tuple([label.lower() for label in name.labels])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A zone and the servers that its parent names for it."""

    zone: Name
    servers: tuple[Server, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was learned of a name: no cut where none begins there."""

    cut: Cut | None
    until: float


@dataclass(slots=True, kw_only=True)
class SharedCuts:
    """Delegations that several walkers need, for half a minute each.

    A walk asks each zone's servers only about what is below that zone, so none of them gets to
    speak for others here.
    """

    _known: dict[Labels, Known] = field(default_factory=dict)

    def find(self, name: Name) -> Known | None:
        """What was learned of a name, unless that was too long ago."""
        known = self._known.get(labels_of(name))
        return known if known is not None and known.until > time.monotonic() else None

    def keep(self, name: Name, cut: Cut | None) -> None:
        """Tell the others."""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[labels_of(name)] = Known(cut=cut, until=time.monotonic() + _SECONDS)
