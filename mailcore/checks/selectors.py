"""Read verdicts and schedules."""

from uuid import UUID

from mailcore.checks.models import DomainSchedule, RecordVerdict
from mailcore.protocol.dns_records import Key


def find_schedule(domain_id: UUID) -> DomainSchedule | None:
    """When the domain is looked at and written next."""
    return DomainSchedule.objects.filter(domain_id=domain_id).first()


def list_verdicts(domain_id: UUID) -> dict[Key, RecordVerdict]:
    """Purpose and name → the last verdict."""
    rows = RecordVerdict.objects.filter(domain_id=domain_id)
    return {(row.purpose, row.name): row for row in rows}
