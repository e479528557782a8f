"""Ask every authoritative server of a domain, and say what the answers mean."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from kernel import clock
from kernel.dns.answers import Answers, Reply
from kernel.dns.cuts import SharedCuts
from kernel.dns.ports import Exchange
from kernel.dns.udp import UdpExchange
from kernel.dns.walk import Unreachable, Walker
from mailcore.checks.services import fingerprints, sender_policies
from mailcore.checks.services.fingerprints import Fingerprint
from mailcore.protocol import dns_records, verdicts
from mailcore.protocol.dns_records import Record
from mailcore.protocol.verdict_rules import conflict
from mailcore.protocol.verdicts import Judgement, Outcome, Seen

log = logging.getLogger(__name__)

_TIME_LIMIT = 15.0
#: Of these so many seconds at most for what is not at the record's own name.
_TIME_BEYOND = 5.0
#: Twenty records at eight addresses, by alias too, and the includes of an SPF record.
_QUESTIONS = 600
_LONGEST_NAME = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What some of the servers say alike; `failure` where they say nothing of use."""

    servers: tuple[str, ...]
    values: tuple[str, ...] = ()
    alias: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at one record gave; `found` are the values as published."""

    record: Record
    judgement: Judgement
    found: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What one look at a domain gave: no `looks` where all is still as the `fingerprint` says.

    `began` is when it was decided what to look for; `lease` is that of the claim, if it was one.
    """

    looks: Sequence[Look]
    began: datetime
    lease: datetime | None = None
    fingerprint: Fingerprint | None = None


def walker(
    exchange: Exchange | None = None,
    *,
    budget: int = 150,
    shared: SharedCuts | None = None,
    subject: str = "",
) -> Walker:
    """A walker as the settings say; it asks at most `budget` questions."""
    return Walker(
        exchange=exchange or UdpExchange(),
        roots=settings.DNS_ROOTS,
        allow_private=settings.ALLOW_PRIVATE_TARGETS,
        budget=budget,
        shared=shared,
        subject=subject,
    )


def inspect(
    jobs: Mapping[str, Sequence[Record]], *, exchange: Exchange | None = None
) -> dict[str, Inspection]:
    """Ask every authoritative server for every record of every domain, all at once.

    Domain → records in, domain → looks out. Blocks at most 15 seconds; never raises for DNS:
    what could not be asked is `unknown`.
    """
    found = asyncio.run(_inspect_all(list(jobs.items()), exchange))
    return dict(zip(jobs, found, strict=True))


async def _inspect_all(
    jobs: Sequence[tuple[str, Sequence[Record]]], exchange: Exchange | None
) -> list[Inspection]:
    exchange, shared = exchange or UdpExchange(), SharedCuts()
    return await asyncio.gather(
        *(inspect_one(*job, exchange=exchange, shared=shared) for job in jobs)
    )


async def inspect_one(
    domain: str,
    records: Sequence[Record],
    *,
    exchange: Exchange,
    shared: SharedCuts,
    known: Fingerprint | None = None,
    lease: datetime | None = None,
) -> Inspection:
    """Ask for one domain beside others, in at most 15 seconds; never raises for DNS.

    Where the servers say what they said when all was right, which is `known`, nothing is judged.
    """
    # A walker of its own for each: what one domain's servers say cannot touch another domain.
    walk = walker(exchange, budget=_QUESTIONS, shared=shared, subject=domain)
    began = clock.now()
    try:
        looks, fingerprint = await _inspect(domain, records, walk, known)
        return Inspection(looks=looks, began=began, lease=lease, fingerprint=fingerprint)
    except Unreachable:
        code = "servers.unreachable"
    except TimeoutError:
        code = "servers.slow"
    except Exception:  # what strangers publish for one domain holds up no other
        log.exception("domain %s could not be looked at", domain)
        code = "servers.unreachable"
    looks = [_unknown(record, code) for record in records]
    return Inspection(looks=looks, began=began, lease=lease)


async def _inspect(
    domain: str, records: Sequence[Record], walk: Walker, known: Fingerprint | None
) -> tuple[Sequence[Look], Fingerprint | None]:
    until = _in_seconds(_TIME_LIMIT)
    beyond = known.beyond if known else ()
    async with asyncio.timeout_at(until):
        # Learned once, before the records are asked for at once.
        await walk.zone_of(domain)
        # All of a domain's aliases lead to one zone.
        target = next((record.value for record in records if record.behind is not None), "")
        await _learn_zones([name for name in (target, *(name for name, _ in beyond)) if name], walk)
        await walk.ask_ahead([*fingerprints.places_of(records), *beyond])
    if known and fingerprints.digest_of(records, beyond=beyond, walk=walk) == known.digest:
        return (), known
    looks = await asyncio.gather(
        *(_look(record, walk, domain=domain, until=until) for record in records)
    )
    if any(look.judgement.outcome is not Outcome.MATCH for look in looks):
        return looks, None
    return looks, fingerprints.take(records, walk=walk, now=clock.now())


async def _learn_zones(names: Sequence[str], walk: Walker) -> None:
    """Walk to the zones of names that the records lead to."""
    # Where one cannot be reached, each record that leads there says so itself.
    with contextlib.suppress(Unreachable, TimeoutError):
        async with asyncio.timeout(_TIME_BEYOND):
            for name in names:
                await walk.zone_of(name)


async def _look(record: Record, walk: Walker, *, domain: str, until: float) -> Look:
    try:
        async with asyncio.timeout_at(until):
            # Where a host's name points is all that counts: its address is the target's business.
            is_host = record.type == "CNAME" and record.behind is None
            answers = await walk.look_up(record.name, record.asked, follow=not is_host)
    except Unreachable:
        return _unknown(record, "servers.unreachable")
    except TimeoutError:
        return _unknown(record, "servers.slow")
    look = interpret(record, answers)
    try:
        async with asyncio.timeout_at(min(until, _in_seconds(_TIME_BEYOND))):
            return await _look_beyond(look, walk, domain)
    except (Unreachable, TimeoutError):
        return look  # what stands at the name itself is known


def _in_seconds(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def _look_beyond(look: Look, walk: Walker, domain: str) -> Look:
    """What other names say about what stands at this one."""
    record = look.record
    if record.purpose == dns_records.SPF:
        deepened = await sender_policies.deepen(
            record, judgement=look.judgement, found=look.found, walk=walk
        )
        return replace(look, judgement=deepened)
    is_amiss = look.judgement.outcome in {Outcome.MISSING, Outcome.CONFLICT} and look.found
    # No wildcard of the domain's own zone answers for the domain itself.
    if is_amiss and record.name != domain:
        return await _beware_of_wildcard(look, walk)
    return look


async def _beware_of_wildcard(look: Look, walk: Walker) -> Look:
    """Say so where any name beside this one gets the same answer (RFC 4592 §2.2)."""
    rest = look.record.name.partition(".")[2]
    beside = replace(look.record, name=f"x{secrets.token_hex(8)}.{rest}")
    if len(beside.name) > _LONGEST_NAME:
        return look
    other = interpret(beside, await walk.look_up(beside.name, beside.asked))
    if other.found != look.found:
        return look
    return replace(look, judgement=conflict("wildcard"))


def interpret(record: Record, answers: Answers) -> Look:
    """Turn all servers' answers into one judgement; a server that is silent decides nothing."""
    said = _grouped(answers.replies)
    if not answers.heard:
        return replace(_unknown(record, _failure_of(answers.replies)), said=said)
    if not answers.agreed:
        return _split(record, said)
    seen = _seen(answers.heard[0], answers.followed)
    return Look(
        record=record,
        judgement=verdicts.judge_seen(record, seen),
        found=_found(seen),
        said=said,
    )


def _seen(reply: Reply, followed: Sequence[str]) -> Seen:
    return Seen(values=reply.values, alias=followed[0] if followed else reply.alias)


def _found(seen: Seen) -> tuple[str, ...]:
    """The values, or where an alias leads that has none."""
    return seen.values or ((f"CNAME {seen.alias}",) if seen.alias else ())


def _split(record: Record, said: Sequence[Said]) -> Look:
    """Servers that differ: nothing is known, but those can be named that are not up to date."""
    heard = [one for one in said if not one.failure]
    behind = [
        server
        for one in heard
        if verdicts.judge_seen(record, Seen(values=one.values, alias=one.alias)).outcome
        is not Outcome.MATCH
        for server in one.servers
    ]
    is_stale = 0 < len(behind) < sum(len(one.servers) for one in heard)
    code = "servers.stale" if is_stale else "servers.disagree"
    params = {"servers": ", ".join(behind)} if is_stale else {}
    return Look(
        record=record,
        judgement=Judgement(outcome=Outcome.UNKNOWN, code=code, params=params),
        found=tuple(sorted({value for one in heard for value in one.values})),
        said=tuple(said),
    )


def _grouped(replies: Sequence[Reply]) -> tuple[Said, ...]:
    groups: dict[tuple[tuple[str, ...], str, str], list[str]] = {}
    for reply in replies:
        server = f"{reply.server.name} ({reply.server.address or '-'})"
        groups.setdefault((reply.values, reply.alias, reply.failure), []).append(server)
    return tuple(
        Said(servers=tuple(servers), values=values, alias=alias, failure=failure)
        for (values, alias, failure), servers in groups.items()
    )


#: Failures that say what is wrong with servers of which none gave an answer; the first one wins.
_TELLING = {
    "private_address": "servers.private",
    "lame": "servers.lame",
    "servfail": "servers.failing",
    "refused": "servers.refusing",
    "no_address": "servers.no_address",
    "not_asked": "servers.only_ipv6",
}


def _failure_of(replies: Sequence[Reply]) -> str:
    failures = {reply.failure for reply in replies}
    if len(failures) > 1:
        failures.discard("not_asked")  # what those say whom we can ask is what is wrong
    return next((code for failure, code in _TELLING.items() if failure in failures), _SILENT)


_SILENT = "servers.silent"


def _unknown(record: Record, code: str) -> Look:
    return Look(record=record, judgement=Judgement(outcome=Outcome.UNKNOWN, code=code))
