"""A zone at a provider, through dns-lexicon: one record at a time."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from lexicon.config import ConfigResolver

from mailcore.protocol.dns_zone import NOTHING, Change, Place, RecordSet, Standing
from mailcore.zones.adapters.providers.catalogue import PROVIDERS
from mailcore.zones.adapters.providers.dialects.dialect import Dialect, Entry
from mailcore.zones.adapters.providers.refusals import translated
from mailcore.zones.deadlines import deadline
from mailcore.zones.ports import ZoneBusy, ZoneRefused

#: Seconds for everything that one call asks; more changes than fit go on in the next slice.
_DEADLINE = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderZone:
    """A zone editor for one account; `endpoint` is the provider's own unless it is given."""

    provider: str
    fields: Mapping[str, str] = field(repr=False)
    endpoint: str = ""

    @property
    def types(self) -> Collection[str]:
        """What this provider takes from us."""
        return PROVIDERS[self.provider].types

    def zone_of(self, name: str) -> str:
        """The longest of the account's zones that holds the name."""
        labels = name.split(".")
        for start in range(len(labels) - 1):
            zone = ".".join(labels[start:])
            try:
                with translated(self.provider, done=[]):
                    self._open(zone)
            except ZoneRefused as error:
                if error.code != "provider.not_zone":
                    raise
                continue
            return zone
        raise ZoneRefused("provider.not_zone")

    def read(self, zone: str, places: Sequence[Place]) -> dict[Place, RecordSet]:
        """The zone's records, of which these are kept."""
        with translated(self.provider, done=[]):
            return _sets(_listed(self._open(zone), places), zone, places)

    def apply(self, zone: str, changes: Sequence[Change], *, standing: Standing) -> None:
        """In order, up to the first that fails; not begun when the zone is not as it was read."""
        done: list[Change] = []
        if any(change.type not in self.types for change in changes):
            raise ZoneRefused("provider.unsupported_record")
        with translated(self.provider, done=done):
            dialect = self._open(zone)
            touched = sorted({change.place for change in changes})
            entries = _listed(dialect, touched)
            for place, held in _sets(entries, zone, touched).items():
                if set(held.values) != set(standing.get(place, NOTHING).values):
                    raise ZoneBusy("dns_update.changed")
            for change in changes:
                _make(dialect, change, entries, zone)
                done.append(change)

    def try_out(self, zone: str) -> None:
        """Reading only: no provider lets one ask whether it would take a change."""
        with translated(self.provider, done=[]):
            _listed(self._open(zone), [(zone, "TXT")])

    def _open(self, zone: str) -> Dialect:
        options = {"provider_name": self.provider, "domain": zone, self.provider: dict(self.fields)}
        make: Any = PROVIDERS[self.provider].make
        dialect: Any = make(ConfigResolver().with_dict(options))
        if self.endpoint:
            setattr(dialect, dialect.endpoint_name, self.endpoint)
        until = deadline(_DEADLINE)

        def before() -> None:
            if time.monotonic() > until:
                raise ZoneBusy("provider.timeout")

        dialect.before = before
        dialect.authenticate()
        opened: Dialect = dialect
        return opened


def provider_zone(provider: str, *, fields: Mapping[str, str]) -> ProviderZone:
    """The editor for a provider of the catalogue."""
    return ProviderZone(provider=provider, fields=fields)


def _listed(dialect: Dialect, places: Sequence[Place]) -> list[Entry]:
    dialect.names = {name for name, _ in places}
    return dialect.entries()


def _make(dialect: Dialect, change: Change, entries: Sequence[Entry], zone: str) -> None:
    if change.add:
        dialect.add(change)
        return
    for entry in entries:
        if _place(entry, zone) == change.place and entry["content"] == change.value:
            try:
                dialect.remove(entry)
            except httpx.HTTPStatusError as error:
                if error.response.status_code != httpx.codes.NOT_FOUND:
                    raise  # else somebody was faster


def _sets(entries: Sequence[Entry], zone: str, places: Sequence[Place]) -> dict[Place, RecordSet]:
    found: dict[Place, list[Entry]] = {place: [] for place in places}
    for entry in entries:
        if _place(entry, zone) in found:
            found[_place(entry, zone)].append(entry)
    return {
        place: RecordSet(
            values=tuple(sorted({entry["content"] for entry in held})), ttl=int(held[0]["ttl"])
        )
        if held
        else NOTHING
        for place, held in found.items()
    }


def _place(entry: Entry, zone: str) -> Place:
    name = str(entry["name"]).rstrip(".").lower().removeprefix("@.")
    return (zone if name == "@" else name), str(entry["type"])
