"""Know again what was seen the last time, so that what did not change costs next to nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from kernel.dns.walk import Place, Walker
from mailcore.protocol.dns_records import Record

#: What a domain's records lead to is remembered up to so many names: includes, aliases' targets.
_MOST_PLACES = 60
#: After so long all is judged anew whatever the servers say: the rules of judging may have changed.
_LONGEST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """That all was right, and by what: `beyond` are the places that the records led to.

    `digest` is over the records that are expected and all that the servers said; `since` is when
    the records were last judged.
    """

    beyond: tuple[Place, ...]
    digest: str
    since: datetime


def places_of(records: Sequence[Record]) -> list[Place]:
    """Where the records themselves are asked for."""
    return [(record.name, record.asked) for record in records]


def take(records: Sequence[Record], *, walk: Walker, now: datetime) -> Fingerprint | None:
    """Of a look at which everything was right; None where some server gave no answer."""
    own = set(places_of(records))
    beyond = tuple(place for place in walk.looked_up() if place not in own)
    digest = digest_of(records, beyond=beyond, walk=walk) if len(beyond) <= _MOST_PLACES else ""
    return Fingerprint(beyond=beyond, digest=digest, since=now) if digest else None


def digest_of(records: Sequence[Record], *, beyond: Sequence[Place], walk: Walker) -> str:
    """What is expected and what was said, as one short text; empty where somebody was silent."""
    said = walk.digest([*places_of(records), *beyond])
    if not said:
        return ""
    # All that a verdict is made of: what is expected differs as soon as any of it does.
    return hashlib.blake2b(f"{said} {records!r}".encode(), digest_size=16).hexdigest()


def as_json(one: Fingerprint) -> dict[str, object]:
    """As the schedule keeps it."""
    return {"beyond": one.beyond, "digest": one.digest, "since": one.since.isoformat()}


def read(kept: Mapping[str, Any] | None, *, now: datetime) -> Fingerprint | None:
    """What the schedule keeps, unless it is too old."""
    if kept is None:
        return None
    since = datetime.fromisoformat(kept["since"])
    if since + _LONGEST * settings.DELAY_SCALE <= now:
        return None
    beyond = tuple((name, rdtype) for name, rdtype in kept["beyond"])
    return Fingerprint(beyond=beyond, digest=kept["digest"], since=since)
