"""A DKIM key as far as its life goes, and the selectors that every domain has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mailcore.directory.states import KeyState
from mailcore.protocol import dkim_keys

#: Selector → algorithm of the keys that every domain has.
SLOTS: Mapping[str, str] = {
    "r1": dkim_keys.RSA,
    "e1": dkim_keys.ED25519,
    "r2": dkim_keys.RSA,
    "e2": dkim_keys.ED25519,
}
#: The slot of selectors with a date.
DATED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """How long a key signs; stays published with its private half; keeps its record, both from
    when it stopped; and how long resolvers remember what stood at a name before (TTL)."""

    sign: timedelta
    publish: timedelta
    keep: timedelta
    remember: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """`since`: in this state; `signing_at`: when it first signed; `shown_at`: since when DNS shows it
    without a break; `is_lost`: DNS missed it several times in a row; `is_reuse`: other keys may have
    stood at its name before."""

    id: UUID
    selector: str
    algorithm: str
    state: str
    since: datetime
    signing_at: datetime | None = None
    revoked_at: datetime | None = None
    shown_at: datetime | None = None
    is_lost: bool = False
    is_reuse: bool = False

    @property
    def slot(self) -> int:
        """1 or 2; 0 for a selector with a date."""
        return int(self.selector[1]) if self.selector in SLOTS else DATED

    @property
    def can_sign(self) -> bool:
        """DNS shows it, and its private half is there."""
        has_private = self.state != KeyState.RETIRED
        return has_private and self.shown_at is not None and not self.is_lost
