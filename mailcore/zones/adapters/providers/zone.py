"""A zone at a provider, through dns-lexicon: one record at a time."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from lexicon.config import ConfigResolver
from lexicon.exceptions import AuthenticationError

from mailcore.protocol.dns_zone import NOTHING, Change, Place, RecordSet, Standing
from mailcore.zones.adapters.providers.catalogue import PROVIDERS
from mailcore.zones.adapters.providers.dialects import Cloudflare, DigitalOcean
from mailcore.zones.deadlines import deadline
from mailcore.zones.ports import ZoneBusy, ZoneRefused

#: Seconds for everything that one call asks; more changes than fit go on in the next slice.
_DEADLINE = 25.0
_LONGEST_WAIT = 3600.0
_Lexicon = Cloudflare | DigitalOcean
_Entry = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderZone:
    """A zone editor for one account; `endpoint` is the provider's own unless it is given."""

    provider: str
    fields: Mapping[str, str] = field(repr=False)
    endpoint: str = ""

    def zone_of(self, name: str) -> str:
        """The longest of the account's zones that holds the name."""
        labels = name.split(".")
        with _translated([]):
            for start in range(len(labels) - 1):
                zone = ".".join(labels[start:])
                try:
                    self._open(zone)
                except AuthenticationError:
                    continue
                except httpx.HTTPStatusError as error:
                    if error.response.status_code != httpx.codes.NOT_FOUND:
                        raise
                    continue
                return zone
        raise ZoneRefused("dns_update.not_zone")

    def read(self, zone: str, places: Sequence[Place]) -> dict[Place, RecordSet]:
        """The zone's records, of which these are kept."""
        with _translated([]):
            return _sets(self._open(zone).list_records(), zone, places)

    def apply(self, zone: str, changes: Sequence[Change], *, standing: Standing) -> None:
        """In order, up to the first that fails; not begun when the zone is not as it was read."""
        done: list[Change] = []
        with _translated(done):
            lexicon = self._open(zone)
            entries = lexicon.list_records()
            touched = sorted({change.place for change in changes})
            for place, held in _sets(entries, zone, touched).items():
                if set(held.values) != set(standing.get(place, NOTHING).values):
                    raise ZoneBusy("dns_update.changed")
            for change in changes:
                self._make(lexicon, change, entries, zone)
                done.append(change)

    def try_out(self, zone: str) -> None:
        """Reading only: no provider lets one ask whether it would take a change."""
        with _translated([]):
            self._open(zone).list_records()

    def _make(
        self, lexicon: _Lexicon, change: Change, entries: Sequence[_Entry], zone: str
    ) -> None:
        if change.add:
            lexicon.ttl = change.ttl
            lexicon.create_record(change.type, change.name, change.value)
            return
        for entry in entries:
            if _place(entry, zone) == change.place and entry["content"] == change.value:
                lexicon.delete_record(identifier=entry["id"])

    def _open(self, zone: str) -> _Lexicon:
        options = {"provider_name": self.provider, "domain": zone, self.provider: dict(self.fields)}
        lexicon = PROVIDERS[self.provider].make(ConfigResolver().with_dict(options))
        lexicon.api_endpoint = self.endpoint or lexicon.api_endpoint
        until = deadline(_DEADLINE)

        def before() -> None:
            if time.monotonic() > until:
                raise ZoneBusy("provider.timeout")

        lexicon.before = before
        lexicon.authenticate()
        return lexicon


def provider_zone(provider: str, *, fields: Mapping[str, str]) -> ProviderZone:
    """The editor for a provider of the catalogue."""
    return ProviderZone(provider=provider, fields=fields)


def _sets(entries: Sequence[_Entry], zone: str, places: Sequence[Place]) -> dict[Place, RecordSet]:
    found: dict[Place, list[_Entry]] = {place: [] for place in places}
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


def _place(entry: _Entry, zone: str) -> Place:
    name = str(entry["name"]).rstrip(".").lower().removeprefix("@.")
    return (zone if name == "@" else name), str(entry["type"])


@contextmanager
def _translated(done: list[Change]) -> Iterator[None]:
    try:
        yield
    except AuthenticationError as error:
        raise ZoneRefused("dns_update.not_zone", done=done) from error
    except httpx.HTTPStatusError as error:
        _raise_for(error.response, done)
    except httpx.TimeoutException as error:
        raise ZoneBusy("provider.timeout") from error
    except httpx.HTTPError as error:
        raise ZoneBusy("provider.unreachable") from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Not the JSON that the provider documents, as dns-lexicon found when it used it.
        raise ZoneRefused("provider.malformed", done=done) from error


def _raise_for(response: httpx.Response, done: list[Change]) -> None:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise ZoneBusy("provider.rate_limited", wait=_wait(response))
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise ZoneBusy("provider.failed", wait=_wait(response))
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise ZoneRefused("provider.bad_key", done=done)
    if status == httpx.codes.NOT_FOUND:
        raise ZoneRefused("dns_update.not_zone", done=done)
    raise ZoneRefused("provider.refused", done=done)


def _wait(response: httpx.Response) -> float:
    """Retry-After in seconds (RFC 9110 §10.2.3); a date is not read."""
    text = response.headers.get("retry-after", "")
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0
