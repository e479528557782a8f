"""What the engine asks of the parts that decide: which source, and when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from mailcore.delivery.smtp.envelope import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An address that mail leaves from; `ehlo` is its name in DNS, forward and back."""

    address: str
    ehlo: str


#: The versions of IP.
IP = Literal[4, 6]


def ip_of(address: str) -> IP:
    """The version of an address in text."""
    return 6 if ":" in address else 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A job on its way out: who sends how many recipients where; `site` names the set of MX hosts.

    `ip`: the versions that the hosts can be reached by; `domain`: of the recipients; `was_passed`:
    another node passed it on to this one just now.
    """

    reseller_id: UUID
    stream: str
    pool: str
    site: str
    provider: str
    recipients: int
    is_retry: bool
    ip: Collection[IP] = (4, 6)
    domain: str = ""
    was_passed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not now: seconds until it is worth asking again, and why (for people)."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A source of another node is to take it."""

    node: str


class Sources(Protocol):
    """Chooses a source out of a pool."""

    def choose(self, errand: Errand, *, now: datetime) -> Source | Elsewhere | Wait:
        """The source for this errand: weights, providers, warm-up, standby, suspensions."""

    def tried(self, errand: Errand, *, source: Source, answers: Sequence[Answer]) -> None:
        """What came of it: counts for warm-up and for keeping standbys warm."""


class Shaper(Protocol):
    """Limits and what replies do to them."""

    async def admit(self, errand: Errand, *, source: Source) -> Wait | None:
        """None when the errand may go now (its tokens are taken), else the wait."""

    async def may_connect(self, errand: Errand, *, source: Source) -> Wait | None:
        """None when one more connection may be opened now, else the wait."""

    def connections(self, errand: Errand, *, source: Source) -> int:
        """How many connections from this source to the site may be open now."""

    def messages_per_connection(self, errand: Errand) -> int:
        """After how many messages a connection ends."""

    def needs_tls(self, errand: Errand) -> bool:
        """Whether nothing may go there in the clear."""

    def heard(self, errand: Errand, *, source: Source, answers: Sequence[Answer]) -> None:
        """Learn from what the server said."""
