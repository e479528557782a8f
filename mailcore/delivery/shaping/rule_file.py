"""Rules written as TOML, checked and put together: what ships, and what the operator changes."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from mailcore.delivery.shaping.rule_values import (
    BadRules,
    Table,
    count,
    duration,
    one_of,
    pattern,
    rate,
    switch,
    text,
)
from mailcore.delivery.shaping.rules import SCOPES, TLS, Effect, Limits, ReplyRule, RuleSet
from mailcore.protocol.providers import PROVIDERS

DEFAULTS = Path(__file__).with_name("defaults.toml")
HOUR = 3600.0

_LIMITS: dict[str, Callable[[object, str], object]] = {
    "connections": count,
    "initial_connections": count,
    "messages_per_connection": count,
    "message_rate": rate,
    "connection_rate": rate,
    "total_rate": rate,
    "tls": one_of(TLS),
}
_GENERAL = ("all", "source", "reseller")
_EFFECTS = ("suspend", "rate", "connections", "messages_per_connection")
_RULE = ("name", "match", "count", "within", "for", "scope", "off", "ignore", *_EFFECTS)

K = TypeVar("K")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """One file's worth of checked values; what it does not name it leaves as it was.

    `replies`: provider (empty: all) → name → the rule, or None for one that is switched off.
    """

    default: Mapping[str, Any] = field(default_factory=dict)
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sites: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    general: Mapping[str, float] = field(default_factory=dict)
    sources: Mapping[str, float] = field(default_factory=dict)
    resellers: Mapping[UUID, float] = field(default_factory=dict)
    replies: Mapping[str, Mapping[str, ReplyRule | None]] = field(default_factory=dict)


def read(content: str, *, name: str) -> RuleFile:
    """Check a file's text; `name` (NAME.toml) is how errors call it. Raises BadRules."""
    try:
        found = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise BadRules(name, f"this is no TOML: {error}", "Mend the line that is named") from error
    top = Table(found, place=name)
    top.only("default", "provider", "site", "limit", "reply")
    limit = top.table("limit")
    limit.only(*_GENERAL, "sources", "resellers")
    providers = dict(top.table("provider").tables())
    for key, table in providers.items():
        if key not in PROVIDERS:
            known = ", ".join(sorted(PROVIDERS))
            raise BadRules(table.place, "nobody knows this provider", f"There are: {known}")
    return RuleFile(
        default=_limits(top.table("default")),
        providers={key: _limits(table, "reply") for key, table in providers.items()},
        sites={key.lower(): _limits(table) for key, table in top.table("site").tables()},
        general={key: limit.get(key, rate) for key in _GENERAL if key in limit},
        sources=_rates(limit.table("sources"), lambda key: str(ip_address(key)), "an address"),
        resellers=_rates(limit.table("resellers"), UUID, "a reseller's id"),
        replies={"": _replies(top), **{key: _replies(table) for key, table in providers.items()}},
    )


def compile_rules(files: Iterable[RuleFile]) -> RuleSet:
    """One set of rules: a later file goes before an earlier one, value by value."""
    default: dict[str, Any] = {}
    general: dict[str, float] = {}
    providers: dict[str, dict[str, Any]] = {}
    sites: dict[str, dict[str, Any]] = {}
    replies: dict[str, dict[str, ReplyRule | None]] = {}
    sources: dict[str, float] = {}
    resellers: dict[UUID, float] = {}
    for file in files:
        default |= file.default
        general |= file.general
        sources |= file.sources
        resellers |= file.resellers
        for tables, found in ((providers, file.providers), (sites, file.sites)):
            for key, values in found.items():
                tables[key] = {**tables.get(key, {}), **values}
        for key, rules in file.replies.items():
            # Its rules are asked first; one of the same name takes the place of the older.
            older = {n: rule for n, rule in replies.get(key, {}).items() if n not in rules}
            replies[key] = {**rules, **older}
    whole = Limits(**default)
    return RuleSet(
        default=whole,
        providers={key: replace(whole, **values) for key, values in providers.items()},
        sites={key: replace(whole, **values) for key, values in sites.items()},
        replies={key: tuple(r for r in rules.values() if r) for key, rules in replies.items()},
        all_rate=general.get("all"),
        source_rate=general.get("source"),
        reseller_rate=general.get("reseller"),
        sources=sources,
        resellers=resellers,
    )


def shipped() -> RuleFile:
    """The defaults that come with the code."""
    return read(DEFAULTS.read_text(encoding="utf-8"), name=DEFAULTS.name)


def _limits(table: Table, *besides: str) -> dict[str, object]:
    table.only(*_LIMITS, *besides)
    return {key: table.get(key, value) for key, value in _LIMITS.items() if key in table}


def _rates(table: Table, named: Callable[[str], K], what: str) -> dict[K, float]:
    found: dict[K, float] = {}
    for key in table:
        try:
            found[named(key)] = table.get(key, rate)
        except ValueError as error:
            raise BadRules(table.at(key), f"this is not {what}", f"Write {what}") from error
    return found


def _replies(table: Table) -> dict[str, ReplyRule | None]:
    found: dict[str, ReplyRule | None] = {}
    for row in table.rows("reply"):
        row.only(*_RULE)
        name = row.get("name", text)
        if name in found:
            raise BadRules(row.place, f"a second rule is called {name!r}", "Give it another name")
        found[name] = None if row.get_or("off", switch, False) else _reply(row, name)
    return found


def _reply(row: Table, name: str) -> ReplyRule:
    effects = tuple(_effects(row))
    is_ignored = row.get_or("ignore", switch, False)
    if bool(effects) == is_ignored:
        raise BadRules(row.place, f"{name!r} needs one: an effect, or ignore = true", _one_effect())
    return ReplyRule(
        name=name,
        pattern=row.get("match", pattern),
        count=row.get_or("count", count, 1),
        within=row.get_or("within", duration, HOUR),
        effects=effects,
        seconds=row.get("for", duration) if effects else 0,
        scope=row.get_or("scope", one_of(SCOPES), "source"),
    )


def _effects(row: Table) -> Iterable[Effect]:
    if row.get_or("suspend", switch, False):
        yield Effect(kind="suspend")
    if "rate" in row:
        yield Effect(kind="rate", value=row.get("rate", rate))
    if "connections" in row:
        yield Effect(kind="connections", value=row.get("connections", count))
    if "messages_per_connection" in row:
        value = row.get("messages_per_connection", count)
        yield Effect(kind="messages_per_connection", value=value)


def _one_effect() -> str:
    return f"Effects are: {', '.join(_EFFECTS)}"
