"""Drop what has been kept long enough, a bounded slice at a time."""

from datetime import timedelta

from django.db.models import Model, QuerySet

from kernel import clock
from mailcore.feedback.models import DmarcSum, ReceivedReport, TlsSum

#: Raw messages are those of parked reports: what is counted is dropped at once.
RAW_FOR, REPORTS_FOR, SUMS_FOR = timedelta(days=7), timedelta(days=90), timedelta(days=400)
#: Rows of each kind in one go: an hourly task keeps up with 300,000 a day.
MOST = 20_000


def forget() -> int:
    """Drop old raw reports, reports and sums of all resellers; how many rows; as role worker."""
    now = clock.now()
    day = (now - SUMS_FOR).date()
    reports = ReceivedReport.objects.all()
    raw = reports.filter(received_at__lt=now - RAW_FOR, raw__isnull=False)
    emptied = ReceivedReport.objects.filter(pk__in=_first(raw)).update(raw=None)
    return emptied + sum(
        (
            _drop(reports.filter(received_at__lt=now - REPORTS_FOR)),
            _drop(DmarcSum.objects.filter(sent_on__lt=day)),
            _drop(TlsSum.objects.filter(seen_on__lt=day)),
        )
    )


def _drop(old: QuerySet[Model]) -> int:
    dropped, _ = old.model._default_manager.filter(pk__in=_first(old)).delete()
    return dropped


def _first(rows: QuerySet[Model]) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:MOST])
