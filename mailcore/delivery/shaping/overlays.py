"""What holds for a while on top of the rules, and whom it reaches."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from mailcore.delivery.shaping.rules import Kind

#: standing: the pace of a source at a target; rule: a reply rule, or a stream that spoils it for others.
Origin = Literal["standing", "rule"]


class Reach(NamedTuple):
    """Whom an overlay is for; what is empty stands for all."""

    source: str = ""
    target: str = ""
    reseller_id: UUID | None = None
    stream: str = ""


class Key(NamedTuple):
    """There is one overlay of a kind for a reach."""

    reach: Reach
    kind: Kind
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A value (a rate per second, a number; none for a suspension), why, and until when."""

    reach: Reach
    kind: Kind
    origin: Origin
    cause: str
    changed_at: datetime
    until: datetime
    value: float | None = None
    level: int = 0

    @property
    def key(self) -> Key:
        """What it is known by: a newer one takes its place."""
        return Key(self.reach, self.kind, self.origin)


class Overlays:
    """Overlays by reach; of two with one key the newer counts."""

    def __init__(self) -> None:
        self._found: dict[Key, Overlay] = {}
        self._by_reach: dict[Reach, dict[Kind, Overlay]] = {}

    def put(self, overlay: Overlay) -> bool:
        """Keep it; False when the one that is there is as new."""
        known = self._found.get(overlay.key)
        if known and known.changed_at >= overlay.changed_at:
            return False
        self._found[overlay.key] = overlay
        if overlay.origin == "rule":
            self._by_reach.setdefault(overlay.reach, {})[overlay.kind] = overlay
        return True

    def get(self, reach: Reach, kind: Kind, origin: Origin) -> Overlay | None:
        """The last one of this key, over or not."""
        return self._found.get(Key(reach, kind, origin))

    def holding(self, asked: Reach, *, now: datetime) -> Iterator[Overlay]:
        """Those of rules that reach this source, target, reseller and stream now."""
        if not self._by_reach:
            return
        for reach in _wider(asked):
            for overlay in self._by_reach.get(reach, {}).values():
                if overlay.until > now:
                    yield overlay

    def in_force(self, now: datetime) -> Iterator[Overlay]:
        """All that hold now, whomever they reach."""
        return (overlay for overlay in self._found.values() if overlay.until > now)

    def forget(self, *, over_since: datetime) -> None:
        """Drop those that were over at that instant."""
        for key, overlay in list(self._found.items()):
            if overlay.until < over_since:
                del self._found[key]
                if key.origin == "rule":
                    self._by_reach[key.reach].pop(key.kind, None)
                    if not self._by_reach[key.reach]:
                        del self._by_reach[key.reach]


def _wider(asked: Reach) -> Iterator[Reach]:
    for source in (asked.source, ""):
        for target in (asked.target, ""):
            for reseller_id in (asked.reseller_id, None):
                for stream in (asked.stream, ""):
                    yield Reach(source, target, reseller_id, stream)
