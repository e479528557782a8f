"""Look at a domain's records where they are published, and keep what was seen."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from kernel import clock
from kernel.dns.answers import Answers
from kernel.dns.ports import Exchange
from kernel.dns.udp import UdpExchange
from kernel.dns.walk import Unreachable, Walker
from kernel.tenancy import current_reseller_id
from mailcore.checks.models import DomainSchedule, RecordVerdict
from mailcore.checks.selectors import list_verdicts
from mailcore.protocol import verdicts
from mailcore.protocol.dns_records import Key, Record
from mailcore.protocol.verdicts import Judgement, Outcome

#: Seconds between checks: while somebody waits, while something is missing, when all is well.
WATCHED, UNSETTLED, SETTLED = 5, 300, 86_400
#: How long somebody is taken to wait after they asked for a check.
WATCH = timedelta(minutes=15)
#: A domain that is being checked is not taken again by another worker for this long.
_LEASE = timedelta(seconds=60)
_TIME_LIMIT = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at one record gave; `found` are the values as published."""

    record: Record
    judgement: Judgement
    found: tuple[str, ...] = ()


def walker(exchange: Exchange | None = None) -> Walker:
    """A walker as the settings say."""
    return Walker(
        exchange=exchange or UdpExchange(),
        roots=settings.DNS_ROOTS,
        allow_private=settings.ALLOW_PRIVATE_TARGETS,
    )


def inspect(
    jobs: Mapping[str, Sequence[Record]], *, exchange: Exchange | None = None
) -> dict[str, list[Look]]:
    """Ask every authoritative server for every record of every domain, all at once.

    Domain → records in, domain → looks out. Blocks at most 15 seconds; never raises for DNS:
    what could not be asked is `unknown`.
    """
    return asyncio.run(_inspect_all(jobs, exchange))


async def _inspect_all(
    jobs: Mapping[str, Sequence[Record]], exchange: Exchange | None
) -> dict[str, list[Look]]:
    # A walker of its own for each: what one domain's servers say cannot touch another domain.
    looks = await asyncio.gather(
        *(_inspect(domain, records, walker(exchange)) for domain, records in jobs.items())
    )
    return dict(zip(jobs, looks, strict=True))


async def _inspect(domain: str, records: Sequence[Record], walk: Walker) -> list[Look]:
    try:
        async with asyncio.timeout(_TIME_LIMIT):
            await walk.zone_of(domain)  # learned once, before the records are asked for at once
            return list(await asyncio.gather(*(_look(record, walk) for record in records)))
    except Unreachable:
        return [_unknown(record, "servers.unreachable") for record in records]
    except TimeoutError:
        return [_unknown(record, "servers.slow") for record in records]


async def _look(record: Record, walk: Walker) -> Look:
    try:
        answers = await walk.look_up(record.name, record.type)
    except Unreachable:
        return _unknown(record, "servers.unreachable")
    return interpret(record, answers)


def interpret(record: Record, answers: Answers) -> Look:
    """Turn all servers' answers into one judgement; a server that is silent decides nothing."""
    if not answers.heard:
        private = any(reply.failure == "private_address" for reply in answers.replies)
        return _unknown(record, "servers.private" if private else "servers.silent")
    if not answers.agreed:
        found = sorted({value for reply in answers.heard for value in reply.values})
        judgement = Judgement(outcome=Outcome.UNKNOWN, code="servers.disagree")
        return Look(record=record, judgement=judgement, found=tuple(found))
    found = list(answers.heard[0].values)
    return Look(record=record, judgement=verdicts.judge(record, found), found=tuple(found))


def _unknown(record: Record, code: str) -> Look:
    return Look(record=record, judgement=Judgement(outcome=Outcome.UNKNOWN, code=code))


@transaction.atomic
def open_schedule(*, domain_id: UUID, domain: str, records: Sequence[Key]) -> None:
    """Begin to check a new domain, at once and often."""
    reseller_id, now = current_reseller_id(), clock.now()
    DomainSchedule.objects.create(
        domain_id=domain_id,
        reseller_id=reseller_id,
        domain=domain,
        due_at=now,
        watched_until=now + WATCH,
    )
    RecordVerdict.objects.bulk_create(
        RecordVerdict(domain_id=domain_id, reseller_id=reseller_id, purpose=purpose, name=name)
        for purpose, name in records
    )


def close_schedule(domain_id: UUID) -> None:
    """Look at the domain no more, and forget what was seen."""
    DomainSchedule.objects.filter(domain_id=domain_id).delete()
    RecordVerdict.objects.filter(domain_id=domain_id).delete()


def watch(domain_id: UUID) -> None:
    """Somebody waits: check now, and every few seconds for a while."""
    now = clock.now()
    DomainSchedule.objects.filter(domain_id=domain_id).update(due_at=now, watched_until=now + WATCH)


def look_soon(domain_id: UUID) -> None:
    """Check as soon as a worker is free, once."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(due_at=clock.now())


def plan_keys(domain_id: UUID, *, due_at: datetime | None) -> None:
    """When the domain's DKIM keys are to be thought of again; None: not before DNS changes."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(keys_due_at=due_at)


@transaction.atomic
def keep(*, domain_id: UUID, looks: Sequence[Look]) -> dict[Key, RecordVerdict]:
    """Store what was seen and when to look again; purpose and name → the verdict row.

    Rows of records that are no longer expected go.
    """
    now = clock.now()
    known = list_verdicts(domain_id)
    rows: dict[Key, RecordVerdict] = {}
    for look in looks:
        purpose, name = look.record.key
        row = known.pop(look.record.key, None) or RecordVerdict(
            domain_id=domain_id, reseller_id=current_reseller_id(), purpose=purpose, name=name
        )
        _apply(row, look, now)
        row.save()
        rows[look.record.key] = row
    RecordVerdict.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
    _plan_next(domain_id, rows, now)
    return rows


def _apply(row: RecordVerdict, look: Look, now: datetime) -> None:
    row.verdict, row.code = look.judgement.outcome.value, look.judgement.code
    row.found, row.checked_at = list(look.found), now
    if look.judgement.outcome is Outcome.MATCH:
        row.missing_in_a_row = 0
    elif look.judgement.outcome is not Outcome.UNKNOWN:
        row.missing_in_a_row = min(row.missing_in_a_row + 1, 1000)


def _plan_next(domain_id: UUID, rows: dict[Key, RecordVerdict], now: datetime) -> None:
    schedule = DomainSchedule.objects.select_for_update().get(domain_id=domain_id)
    settled = all(row.verdict == Outcome.MATCH for row in rows.values())
    watched = schedule.watched_until is not None and now < schedule.watched_until
    seconds = SETTLED if settled else WATCHED if watched else UNSETTLED
    schedule.checked_at = now
    schedule.due_at = now + timedelta(seconds=seconds * settings.DELAY_SCALE)
    schedule.save(update_fields=["checked_at", "due_at"])


def claim_due(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains to look at now, over all resellers: (reseller_id, domain_id); as role worker."""
    return _claim("due_at", limit)


def claim_publishing(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains whose records are to be written now: (reseller_id, domain_id); as role worker."""
    return _claim("publish_due_at", limit)


def claim_keys(limit: int) -> list[tuple[UUID, UUID]]:
    """Domains whose DKIM keys may be due for a step: (reseller_id, domain_id); as role worker."""
    return _claim("keys_due_at", limit)


@transaction.atomic
def _claim(field: str, limit: int) -> list[tuple[UUID, UUID]]:
    now = clock.now()
    rows = list(
        DomainSchedule.objects.select_for_update(skip_locked=True)
        .filter(**{f"{field}__lte": now})
        .order_by(field)[:limit]
    )
    DomainSchedule.objects.filter(pk__in=[row.pk for row in rows]).update(**{field: now + _LEASE})
    return [(row.reseller_id, row.domain_id) for row in rows]


def ask_to_publish(domain_id: UUID) -> None:
    """Write the domain's records as soon as a worker is free."""
    DomainSchedule.objects.filter(domain_id=domain_id).update(
        publish_due_at=clock.now(), publish_tries=0, publish_code="waiting"
    )


def published(*, domain_id: UUID, code: str, again_in: timedelta | None = None) -> None:
    """Keep how a DNS update ended; `again_in` plans another try."""
    now = clock.now()
    DomainSchedule.objects.filter(domain_id=domain_id).update(
        publish_code=code,
        published_at=now,
        publish_due_at=None if again_in is None else now + again_in,
        publish_tries=F("publish_tries") + 1,
    )
