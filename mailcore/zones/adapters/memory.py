"""A zone in memory: for tests, and the plainest example of the port."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from mailcore.protocol.dns_zone import NOTHING, Change, Place, RecordSet, Standing, simulate
from mailcore.zones.ports import WRITABLE, ZoneBusy, ZoneRefused


@dataclass(slots=True, kw_only=True)
class MemoryZone:
    """Holds `zone`, records of `types`; all or nothing, like a server with DNS UPDATE."""

    zone: str
    standing: dict[Place, RecordSet] = field(default_factory=dict)
    types: Collection[str] = WRITABLE

    def zone_of(self, name: str) -> str:
        """The zone, for what is in it."""
        if name != self.zone and not name.endswith(f".{self.zone}"):
            raise ZoneRefused("dns_update.not_zone")
        return self.zone

    def read(self, zone: str, places: Sequence[Place]) -> dict[Place, RecordSet]:
        """What was applied."""
        self.zone_of(zone)
        return {place: self.standing.get(place, NOTHING) for place in places}

    def apply(self, zone: str, changes: Sequence[Change], *, standing: Standing) -> None:
        """Compare, then change."""
        touched = {change.place for change in changes}
        if any(
            set(held.values) != set(standing.get(place, NOTHING).values)
            for place, held in self.read(zone, sorted(touched)).items()
        ):
            raise ZoneBusy("dns_update.changed")
        self.standing = simulate(self.standing, changes)

    def try_out(self, zone: str) -> None:
        """Always allowed."""
        self.zone_of(zone)
