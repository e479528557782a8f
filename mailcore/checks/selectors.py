"""Read verdicts and schedules."""

from collections.abc import Collection
from uuid import UUID

from mailcore.checks.models import AlarmState, DomainAlarm, DomainSchedule, RecordVerdict
from mailcore.protocol.dns_records import Key


def find_schedule(domain_id: UUID) -> DomainSchedule | None:
    """When the domain is looked at and written next."""
    return DomainSchedule.objects.filter(domain_id=domain_id).first()


def list_verdicts(domain_id: UUID) -> dict[Key, RecordVerdict]:
    """Purpose and name → the last verdict."""
    rows = RecordVerdict.objects.filter(domain_id=domain_id)
    return {(row.purpose, row.name): row for row in rows}


def list_open_alarms(domain_ids: Collection[UUID]) -> dict[UUID, list[DomainAlarm]]:
    """Domain → its alarms that are open; domains without any are not in it."""
    found: dict[UUID, list[DomainAlarm]] = {}
    for alarm in DomainAlarm.objects.filter(domain_id__in=domain_ids, state=AlarmState.OPEN):
        found.setdefault(alarm.domain_id, []).append(alarm)
    return found
