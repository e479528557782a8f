"""Read who did what: the current reseller's entries, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kernel.models import AuditEntry
from kernel.tenancy import current_reseller_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for: empty means all; `action` may end in `.` to mean all that begin so."""

    subject: str = ""
    actor: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_entries(sought: Sought, *, before: int | None, limit: int) -> list[AuditEntry]:
    """So many of the newest below an entry's number."""
    rows: QuerySet[AuditEntry] = AuditEntry.objects.filter(reseller_id=current_reseller_id())
    if sought.subject:
        rows = rows.filter(subject=sought.subject)
    if sought.actor:
        rows = rows.filter(actor__id=sought.actor)
    if sought.action.endswith("."):
        rows = rows.filter(action__startswith=sought.action)
    elif sought.action:
        rows = rows.filter(action=sought.action)
    if sought.since is not None:
        rows = rows.filter(at__gte=sought.since)
    if sought.until is not None:
        rows = rows.filter(at__lt=sought.until)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.order_by("-id")[:limit])
