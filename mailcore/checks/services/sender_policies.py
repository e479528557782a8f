"""What an SPF record costs a receiver: its includes are walked at their own servers (RFC 7208)."""

from collections.abc import Sequence
from dataclasses import dataclass

import dns.exception

from kernel.dns.walk import Unreachable, Walker
from mailcore.protocol import spf
from mailcore.protocol.dns_records import Record
from mailcore.protocol.spf import Lookup
from mailcore.protocol.verdict_rules import Judgement, conflict
from mailcore.protocol.verdicts import Outcome

#: No receiver goes on after ten; so many tell that it is not one too many but a mess.
_MOST_FOLLOWED = 25


@dataclass(slots=True, kw_only=True)
class Cost:
    """What evaluating a record takes at most; `loop` and `broken` name the include at fault."""

    lookups: int = 0
    voids: int = 0
    loop: str = ""
    broken: str = ""


async def deepen(
    record: Record, *, judgement: Judgement, found: Sequence[str], walk: Walker
) -> Judgement:
    """The judgement, or a worse one where receivers would give up on the record's includes."""
    policies = [value.strip() for value in found if spf.is_spf(value.strip())]
    is_extended = judgement.code == "spf.not_included"
    if len(policies) != 1 or not (is_extended or judgement.outcome is Outcome.MATCH):
        return judgement
    policy = policies[0]
    if is_extended:  # what it costs with ours in it, before anybody publishes that
        policy = spf.merge(policy, spf.first_include(record.value))
    cost = await measure(policy, domain=record.name, walk=walk)
    if is_extended:
        too_many = cost.lookups > spf.MOST_LOOKUPS
        return conflict("spf.no_room", lookups=str(cost.lookups)) if too_many else judgement
    if cost.loop:
        return conflict("spf.loop", name=cost.loop)
    if cost.broken:
        return conflict("spf.broken_include", name=cost.broken)
    if cost.lookups > spf.MOST_LOOKUPS:
        return conflict("spf.too_many_lookups", lookups=str(cost.lookups))
    if cost.voids > spf.MOST_VOID:
        return conflict("spf.too_many_void", voids=str(cost.voids))
    return judgement


async def measure(policy: str, *, domain: str, walk: Walker) -> Cost:
    """Count look-ups and void ones (RFC 7208 §4.6.4) as if nothing matched before the end.

    Names with macros count and are not followed; servers that do not answer count as well.
    """
    cost = Cost()
    await _evaluate(policy, domain, (domain,), walk, cost)
    return cost


async def _evaluate(
    policy: str, domain: str, path: tuple[str, ...], walk: Walker, cost: Cost
) -> None:
    for lookup in spf.lookups(policy):
        cost.lookups += 1
        if lookup.has_macro or cost.lookups > _MOST_FOLLOWED:
            continue
        if lookup.kind in {"include", "redirect"}:
            await _enter(lookup.name, path, walk, cost)
        elif lookup.kind != "ptr" and await _is_void(lookup, domain, walk):
            cost.voids += 1


async def _enter(name: str, path: tuple[str, ...], walk: Walker, cost: Cost) -> None:
    if name in path:
        cost.loop = name
        return
    values = await _values(name, "TXT", walk)
    if values is None:
        return
    policies = [value.strip() for value in values if spf.is_spf(value.strip())]
    if len(policies) == 1:
        await _evaluate(policies[0], name, (*path, name), walk, cost)
        return
    cost.broken = cost.broken or name  # §5.2: an include without exactly one record is an error
    cost.voids += not values


async def _is_void(lookup: Lookup, domain: str, walk: Walker) -> bool:
    name = lookup.name or domain
    for kind in ("MX",) if lookup.kind == "mx" else ("A", "AAAA"):
        if await _values(name, kind, walk) != ():
            return False  # something is there, or nobody said that nothing is
    return True


async def _values(name: str, kind: str, walk: Walker) -> tuple[str, ...] | None:
    """What stands there; None when nobody says so."""
    try:
        answers = await walk.look_up(name, kind)
    except Unreachable:
        return None
    except (dns.exception.DNSException, UnicodeError):
        return ()  # no name at all (`a..b`, a label too long): nothing can stand there
    return answers.heard[0].values if answers.heard else None
