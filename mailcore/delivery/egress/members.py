"""The members of a pool as an egress process holds them in memory, and their order for a sender."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import md5
from typing import Literal

State = Literal["active", "suspended", "draining"]
Role = Literal["active", "standby"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An address in a pool; `providers` None: for all; `listed_by`: DNSBL zones."""

    pool: str
    address: str
    ehlo: str
    node: str = ""
    weight: int = 100
    providers: Collection[str] | None = None
    role: Role = "active"
    state: State = "active"
    reason: str = ""
    listed_by: Sequence[str] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing speaks against sending from it."""
        return self.state == "active" and not self.listed_by

    def serves(self, provider: str) -> bool:
        """Whether mail to this provider may leave from it."""
        return self.providers is None or provider in self.providers


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The pools with the members of every node that works, and the steps of the addresses that are not warm."""

    pools: Mapping[str, Sequence[Member]] = field(default_factory=dict)
    steps: Mapping[tuple[str, str], int] = field(default_factory=dict)


def ranked(members: Iterable[Member], *, key: str) -> list[Member]:
    """By weighted rendezvous hashing: the same order for a key, whoever comes or goes."""
    return sorted(members, key=lambda member: _score(member, key), reverse=True)


def _score(member: Member, key: str) -> float:
    # As sec.drawn does it: acceptance chooses a node by the same draw (sql/spread_schema.sql).
    digest = md5(f"{key} {member.address}".encode(), usedforsecurity=False).hexdigest()
    # Strictly between 0 and 1, so that the logarithm is finite and below 0.
    drawn = (int(digest[:13], 16) + 0.5) / 2**52
    return -member.weight / math.log(drawn)
