"""Who looks after a domain hears by mail what broke and what is well again: seldom, and in one piece."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kernel import clock
from kernel.outbox import publish
from mailcore.checks.models import AlarmState, DomainAlarm
from mailcore.domains import selectors, to_publish
from mailcore.domains.models import Domain

#: So many mails about one domain in so long, at most, however often its records come and go.
MAILS, PERIOD = 4, timedelta(hours=24)
_UNTOLD = Q(state=AlarmState.OPEN, told_at=None) | Q(
    state=AlarmState.CLOSED, told_at__isnull=False, recovery_told_at=None
)


def tell(domain: Domain) -> bool:
    """Ask for a mail about all that changed since the last one, unless there were enough of them.

    What opened and closed in between is passed over. In the caller's transaction, with the domain
    locked; what is held back now is told by a later call.
    """
    alarms = list(DomainAlarm.objects.filter(_UNTOLD, domain_id=domain.public_id))
    opened = {_key(alarm): alarm for alarm in alarms if alarm.state == AlarmState.OPEN}
    over = {_key(alarm): alarm for alarm in alarms if alarm.state == AlarmState.CLOSED}
    for key in opened.keys() & over.keys():  # broken as before, as far as its reader knows
        _pass_on(over.pop(key), to=opened.pop(key))
    if (not opened and not over) or _told_lately(domain.public_id) >= MAILS:
        return False
    now = clock.now()
    _stamp(opened.values(), "told_at", now)
    _stamp(over.values(), "recovery_told_at", now)
    data = {"opened": _with_records(domain, opened.values()), "recovered": _plain(over.values())}
    publish("domain.alarms_told", subject=domain.reference, data={**_named(domain), **data})
    return True


def list_untold() -> list[tuple[UUID, UUID]]:
    """Domains of which something was held back, of all resellers: (reseller_id, domain_id).

    As role worker.
    """
    found = DomainAlarm.objects.filter(_UNTOLD).values_list("reseller_id", "domain_id")
    return list(found.distinct())


@transaction.atomic
def tell_of(domain_id: UUID) -> bool:
    """The same for what was held back before; False also when the domain is gone."""
    domain = Domain.objects.select_for_update(no_key=True).filter(public_id=domain_id).first()
    return domain is not None and tell(domain)


def data_of(domain: Domain, alarms: Sequence[DomainAlarm]) -> dict[str, object]:
    """What an event tells of alarms."""
    return {**_named(domain), "records": _plain(alarms)}


def _named(domain: Domain) -> dict[str, object]:
    return {
        "domain_id": str(domain.public_id),
        "organisation_id": str(domain.organisation_id),
        "name": domain.name,
    }


def plain(alarm: DomainAlarm) -> dict[str, object]:
    """What is told of one alarm, in codes."""
    names = ("kind", "name", "type", "value", "verdict", "code", "params", "found")
    return {name: getattr(alarm, name) for name in names}


def _plain(alarms: Iterable[DomainAlarm]) -> list[dict[str, object]]:
    return [plain(alarm) for alarm in alarms]


def _with_records(domain: Domain, alarms: Iterable[DomainAlarm]) -> list[dict[str, object]]:
    """The same with the record to publish: not everybody who is told has a portal to look it up."""
    records = {one.key: one for one in selectors.expected_records(domain)} if alarms else {}
    told = []
    for alarm in alarms:
        record = records.get(_key(alarm))
        shown: dict[str, object] = {}
        if record is not None:
            value = to_publish.value_to_publish(
                record, code=alarm.code, found=alarm.found, params=alarm.params
            )
            shown = {"type": record.type, "priority": record.priority, "value": value}
        told.append({**plain(alarm), "publish": shown})
    return told


def _told_lately(domain_id: UUID) -> int:
    since = clock.now() - PERIOD
    rows = DomainAlarm.objects.filter(domain_id=domain_id)
    times = set(rows.filter(told_at__gt=since).values_list("told_at", flat=True))
    times |= set(rows.filter(recovery_told_at__gt=since).values_list("recovery_told_at", flat=True))
    return len(times)


def _pass_on(before: DomainAlarm, *, to: DomainAlarm) -> None:
    to.told_at, before.recovery_told_at = before.told_at, before.told_at
    to.save(update_fields=["told_at"])
    before.save(update_fields=["recovery_told_at"])


def _stamp(alarms: Iterable[DomainAlarm], field: str, now: object) -> None:
    DomainAlarm.objects.filter(pk__in=[alarm.pk for alarm in alarms]).update(**{field: now})


def _key(alarm: DomainAlarm) -> tuple[str, str]:
    return alarm.kind, alarm.name
