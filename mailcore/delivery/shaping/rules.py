"""Limits and reply rules, as the engine asks for them; rates in recipients per second."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal
from uuid import UUID

from mailcore.protocol.providers import OTHER

Tls = Literal["opportunistic", "required"]
Kind = Literal["suspend", "rate", "connections", "messages_per_connection"]
Scope = Literal["source", "stream", "reseller", "provider"]

TLS: tuple[Tls, ...] = ("opportunistic", "required")
SCOPES: tuple[Scope, ...] = ("source", "stream", "reseller", "provider")
#: Read of a reply.
LONGEST = 1000
#: Characters of a site in keys.
LONGEST_TARGET = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one source may do at one provider, or at one site of the many others.

    `initial_connections` is where a source begins that has not been there; `total_rate` holds
    for all sources together. `tls` required: nothing goes there in the clear.
    """

    connections: int
    initial_connections: int
    messages_per_connection: int
    message_rate: float
    connection_rate: float
    total_rate: float | None = None
    tls: Tls = "opportunistic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that a rule does: a rate per second, a number of connections or messages, or none."""

    kind: Kind
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRule:
    """`count` replies that fit within `within` seconds have the effects, for `seconds`.

    A rule without effects says that the reply is no reason to slow down.
    """

    name: str
    pattern: re.Pattern[str]
    count: int = 1
    within: float = 3600
    effects: tuple[Effect, ...] = ()
    seconds: float = 0
    scope: Scope = "source"

    def fits(self, text: str) -> bool:
        """Whether a reply (code, enhanced code and words in one line) is meant."""
        return self.pattern.search(text[:LONGEST]) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules in force; `replies` by provider, those of every provider under the empty name."""

    default: Limits
    providers: Mapping[str, Limits] = field(default_factory=dict)
    sites: Mapping[str, Limits] = field(default_factory=dict)
    replies: Mapping[str, Sequence[ReplyRule]] = field(default_factory=dict)
    all_rate: float | None = None
    source_rate: float | None = None
    reseller_rate: float | None = None
    sources: Mapping[str, float] = field(default_factory=dict)
    resellers: Mapping[UUID, float] = field(default_factory=dict)

    def limits(self, *, provider: str, site: str) -> Limits:
        """Those of one of the site's hosts, else of its provider, else the default ones."""
        if self.sites:
            for host in site.split():
                if found := self.sites.get(host):
                    return found
        return self.providers.get(provider, self.default)

    def reply_rule(self, text: str, *, provider: str) -> ReplyRule | None:
        """The first rule that fits: the provider's own before those of all."""
        own = self.replies.get(provider, ()) if provider else ()
        for rule in (*own, *self.replies.get("", ())):
            if rule.fits(text):
                return rule
        return None

    def rate_of_source(self, source: str) -> float | None:
        """For everything that leaves from it; None: no limit of its own."""
        return self.sources.get(source, self.source_rate)

    def rate_of_reseller(self, reseller_id: UUID) -> float | None:
        """For everything that it sends; None: no limit of its own."""
        return self.resellers.get(reseller_id, self.reseller_rate)


def target_of(*, provider: str, site: str) -> str:
    """Whom a source has its standing with: a known provider as a whole, else the very site.

    Of a site with very long names the beginning and a hash: it is a key, here and elsewhere.
    """
    if provider != OTHER:
        return provider
    if len(site) <= LONGEST_TARGET:
        return site
    return f"{site[:LONGEST_TARGET]} {sha256(site.encode()).hexdigest()[:16]}"
