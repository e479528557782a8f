"""The messages that every contender gets: seeded, 10 KB each, domains by Zipf's law."""

import itertools
import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

MESSAGE_BYTES = 10 * 1024
#: Domains, and mail hosts, of one zone: the journal of the stack's name servers takes 1 MB for each zone.
ZONE_HOLDS = 1_000
_WORDS = (
    "mail",
    "queue",
    "signed",
    "letter",
    "domain",
    "steady",
    "paper",
    "window",
    "river",
    "stone",
)
_LINE = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to one recipient; `number` is what the sink counts by."""

    number: int
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What is sent: the domains below `zone`, spread over `sites` mail hosts.

    `in_turn`: each domain once before any comes again, instead of Zipf's law.
    """

    zone: str
    domains: int
    sites: int
    seed: int = 1
    in_turn: bool = False

    @property
    def zones(self) -> list[str]:
        """Return the zones that hold the names: as many as ZONE_HOLDS asks for."""
        label, _, parent = self.zone.partition(".")
        more = (max(self.domains, self.sites) - 1) // ZONE_HOLDS
        return [self.zone, *(f"{label}-{number}.{parent}" for number in range(1, more + 1))]

    def domain(self, rank: int) -> str:
        """Return the domain at a rank, 0 is the most popular one."""
        return f"d{rank:05d}.{self.zones[rank // ZONE_HOLDS]}"

    def host(self, site: int) -> str:
        """Return the name of a site's mail host."""
        return f"mx{site:05d}.{self.zones[site // ZONE_HOLDS]}"

    def site_of(self, rank: int) -> int:
        """Return the site that takes a domain's mail."""
        return rank % self.sites

    def letters(self, count: int, *, sender: str, first: int = 0) -> Iterator[Letter]:
        """Yield COUNT letters numbered from FIRST on; the same arguments give the same letters."""
        ranks = (
            (number % self.domains for number in range(first, first + count))
            if self.in_turn
            else draws(zipf(self.domains), count=count, seed=self.seed)
        )
        text = body(seed=self.seed)
        for number, rank in enumerate(ranks, start=first):
            recipient = f"r{number}@{self.domain(rank)}"
            content = _head(number, sender=sender, recipient=recipient) + text
            yield Letter(number=number, sender=sender, recipient=recipient, content=content)


def zipf(count: int) -> list[float]:
    """Return the cumulated weights 1/1 … 1/COUNT."""
    return list(itertools.accumulate(1 / rank for rank in range(1, count + 1)))


def draws(cumulated: Sequence[float], *, count: int, seed: int) -> Iterator[int]:
    """Yield COUNT places drawn by their weights."""
    generator = random.Random(seed)  # noqa: S311 (the same traffic for everybody, not a secret)
    for _ in range(count):
        yield min(bisect(cumulated, generator.random() * cumulated[-1]), len(cumulated) - 1)


def body(*, seed: int, size: int = MESSAGE_BYTES) -> bytes:
    """Return about SIZE bytes of lines of words that no compressor makes nothing of."""
    generator = random.Random(seed)  # noqa: S311 (as above)
    lines = []
    length = 0
    while length < size:
        line = " ".join(
            f"{generator.choice(_WORDS)}{generator.randrange(10**6)}" for _ in range(6)
        )[:_LINE]
        lines.append(line.encode() + b"\r\n")
        length += len(lines[-1])
    return b"".join(lines)


def _head(number: int, *, sender: str, recipient: str) -> bytes:
    date = format_datetime(datetime(2026, 1, 1, tzinfo=UTC))
    return (
        f"From: Bench <{sender}>\r\nTo: {recipient}\r\nSubject: Letter {number}\r\nDate: {date}\r\n"
        f"Message-ID: <{number}.bench@{sender.partition('@')[2]}>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
    ).encode()
