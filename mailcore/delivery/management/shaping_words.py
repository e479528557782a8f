"""What `shaping` prints for people."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import fields

from mailcore.delivery.shaping.dry_run import Report
from mailcore.delivery.shaping.rules import Limits, ReplyRule, RuleSet
from mailcore.delivery.shaping.selectors import StoredOverlay

RATES = frozenset({"message_rate", "connection_rate", "total_rate"})
NONE = "no limit"


def rate(per_second: float | None) -> str:
    """`100/s`, or per minute, hour, day where that is easier to read."""
    if per_second is None or per_second == math.inf:
        return NONE
    for seconds, unit in ((1, "s"), (60, "min"), (3600, "h")):
        if per_second * seconds >= 1:
            return f"{per_second * seconds:.4g}/{unit}"
    return f"{per_second * 86400:.4g}/d"


def rule_lines(rules: RuleSet) -> Iterator[str]:
    """Limits of every provider and site, the general ones, then what replies do."""
    yield "limits (recipients from one source; connections to one site)"
    yield f"  {'default':<14} {_limits(rules.default, rules.default)}"
    for name, limits in sorted({**rules.providers, **rules.sites}.items()):
        yield f"  {name:<14} {_limits(limits, rules.default)}"
    yield "limits of all providers together"
    for whose, limit in (
        ("everything", rules.all_rate),
        ("each source", rules.source_rate),
        ("each reseller", rules.reseller_rate),
    ):
        yield f"  {whose:<14} {rate(limit)}"
    for key, value in (*rules.sources.items(), *rules.resellers.items()):
        yield f"  {key:<14} {rate(value)}"
    yield "replies"
    for provider, found in sorted(rules.replies.items()):
        for rule in found:
            yield f"  {provider or 'any':<10} {_rule(rule)}"


def overlay_lines(overlays: Sequence[StoredOverlay]) -> Iterator[str]:
    """What holds for a while, soonest over first."""
    yield _counted(len(overlays), "overlay")
    for overlay in overlays:
        whose = (
            f" of {overlay.reseller_id} {overlay.stream}".rstrip() if overlay.reseller_id else ""
        )
        whose = whose or (f" of stream {overlay.stream}" if overlay.stream else "")
        yield (
            f"  {overlay.id} until {overlay.until:%Y-%m-%d %H:%M:%S} {overlay.source or 'all sources'}"
            f" to {overlay.target or 'everybody'}{whose}: {_value(overlay.kind, overlay.value)}"
        )
        yield f"    {overlay.cause}"


def report_lines(report: Report) -> Iterator[str]:
    """What a dry run found."""
    held = report.held_back.total()
    yield f"{_counted(report.tries, 'try', 'tries')}; {held} would have waited"
    for provider, count in report.held_back.most_common():
        yield f"  {provider}: {count}"
    yield f"replies that a rule is about{'' if report.fits else ': none'}"
    for name, count in report.fits.most_common():
        yield f"  {name}: {count}"
    yield _counted(len(report.overlays), "change")
    for overlay in report.overlays:
        reach = overlay.reach
        whose = " ".join(filter(None, (str(reach.reseller_id or ""), reach.stream)))
        yield (
            f"  {overlay.changed_at:%Y-%m-%d %H:%M:%S} {reach.source or 'all sources'} to"
            f" {reach.target}{f' of {whose}' if whose else ''}:"
            f" {_value(overlay.kind, overlay.value)} until {overlay.until:%Y-%m-%d %H:%M:%S}"
        )
        yield f"    {overlay.cause}"


def _counted(count: int, word: str, words: str = "") -> str:
    return f"{count} {word if count == 1 else words or word + 's'}"


def _limits(limits: Limits, default: Limits) -> str:
    told = []
    for field in fields(limits):
        value = getattr(limits, field.name)
        if value is not None and (limits is default or value != getattr(default, field.name)):
            shown = rate(value) if field.name in RATES else value
            told.append(f"{field.name.replace('_', ' ')} {shown}")
    return ", ".join(told) or "as default"


def _rule(rule: ReplyRule) -> str:
    effects = ", ".join(_value(effect.kind, effect.value) for effect in rule.effects)
    often = f"{rule.count} in {_span(rule.within)}" if rule.count > 1 else "1"
    does = f"{effects} for {_span(rule.seconds)} ({rule.scope})" if effects else "no reason"
    return f"{rule.name:<24} {often:<12} {does:<44} {rule.pattern.pattern}"


def _span(seconds: float) -> str:
    for length, unit in ((3600, "h"), (60, "min")):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _value(kind: str, value: float | None) -> str:
    if kind == "suspend" or value is None:
        return kind
    return f"{kind.replace('_', ' ')} {rate(value) if kind == 'rate' else int(value)}"
