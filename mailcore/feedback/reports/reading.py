"""Read the reports that were taken in: counted once, or parked with the reason."""

import logging
import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from kernel import clock
from kernel.tenancy import in_reseller
from mailcore.feedback.models import ReceivedReport
from mailcore.feedback.reports import adding, stepping
from mailcore.feedback.states import Grade, ReportKind, ReportState
from mailcore.protocol.reports import aggregate, attachment, tls
from mailcore.protocol.reports.aggregate import Report
from mailcore.protocol.reports.tls import MOST_JSON, TlsReport
from mailcore.protocol.reports.unpack import unpack
from mailcore.protocol.reports.unreadable import Unreadable

log = logging.getLogger(__name__)

#: Another worker takes a report again after so long; one that ended so many workers is parked.
LEASE, MOST_TRIES = timedelta(minutes=2), 3
#: A report's time ended at most so long ago: the numbers of older ones are forgotten, so that they
#: could be counted twice; and clocks that are ahead are so at most by a day.
OLDEST, AHEAD = timedelta(days=60), timedelta(days=1)


def read_due(*, most: int, seconds: float = math.inf) -> int:
    """Read reports that wait, of any resellers, and judge their domains; as role worker.

    At least one, and none is begun later than `seconds` after the first.
    """
    done, begun = 0, time.monotonic()
    while done < most and (claimed := _claim()) is not None:
        with in_reseller(claimed.reseller_id):
            try:
                _read(claimed)
            except Exception:
                # One report must not keep the others waiting: its lease brings it back, thrice.
                log.exception("report %s failed", claimed.public_id)
        done += 1
        if time.monotonic() >= begun + seconds:
            break
    return done


@transaction.atomic
def _claim() -> ReceivedReport | None:
    now = clock.now()
    row = (
        ReceivedReport.objects.select_for_update(skip_locked=True)
        .filter(state=ReportState.WAITING, due_at__lte=now)
        .order_by("due_at")
        .first()
    )
    if row is not None:
        row.tries, row.due_at = row.tries + 1, now + LEASE * settings.DELAY_SCALE
        row.save(update_fields=["tries", "due_at"])
    return row


def _read(received: ReceivedReport) -> None:
    try:
        _require_worth(received)
        is_dmarc = received.kind == ReportKind.DMARC
        count: Callable[[ReceivedReport], None] = _dmarc if is_dmarc else _tls
        count(received)
    except Unreadable as refused:
        _settle(received, state=ReportState.PARKED, code=refused.code)
        log.info("report %s is parked: %s", received.public_id, refused.code)


def _require_worth(received: ReceivedReport) -> None:
    if received.tries > MOST_TRIES:
        raise Unreadable("poison")
    # Nothing of a stranger's report is even unpacked.
    if received.grade == Grade.UNPROVEN:
        raise Unreadable("unproven")


def _dmarc(received: ReceivedReport) -> None:
    report = aggregate.read(unpack(attachment.report_in(bytes(received.raw or b""))))
    if report.domain != received.domain:
        raise Unreadable("other_domain")
    if _count(received, report, lambda: adding.add_dmarc(received, report)):
        stepping.judge_dmarc(received)


def _tls(received: ReceivedReport) -> None:
    packed = attachment.report_in(bytes(received.raw or b""))
    report = tls.read(unpack(packed, most=MOST_JSON), domain=received.domain)
    if _count(received, report, lambda: adding.add_tls(received, report)):
        stepping.judge_tls(received)


def _count(received: ReceivedReport, report: Report | TlsReport, add: Callable[[], None]) -> bool:
    """Count it, unless its number is known; whether it was counted."""
    _require_current(report.begin, report.end)
    try:
        with transaction.atomic():
            _settle(
                received,
                state=ReportState.COUNTED,
                raw=None,
                org_name=report.org_name,
                report_id=report.report_id,
                begin_at=report.begin,
                end_at=report.end,
                messages=report.messages,
            )
            add()
    except IntegrityError as error:
        if "received_report_once" not in str(error):
            raise
        _settle(received, state=ReportState.DUPLICATE, raw=None, code="report.duplicate")
        return False
    return True


def _require_current(begin: datetime, end: datetime) -> None:
    now = clock.now()
    if end < now - OLDEST:
        raise Unreadable("too_old")
    if begin > now or end > now + AHEAD:
        raise Unreadable("period")


def _settle(received: ReceivedReport, **values: object) -> None:
    ReceivedReport.objects.filter(pk=received.pk).update(due_at=None, **values)
