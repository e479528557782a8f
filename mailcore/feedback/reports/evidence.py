"""What the sums say of a domain, as the judgements want it.

Only what was reported while the domain was the current reseller's: what came before a hand-over is the giver's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import connection

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.domains.models import Domain
from mailcore.feedback.models import ReceivedReport
from mailcore.feedback.statements import statement
from mailcore.feedback.states import Grade, ReportKind, ReportState
from mailcore.protocol.reports import dmarc_path
from mailcore.protocol.reports.dmarc_path import Evidence, Tally
from mailcore.protocol.reports.senders import Group
from mailcore.protocol.reports.sts_path import TlsEvidence

_TALLIES, _DMARC_DAYS, _TLS_DAYS, _TLS_FAILURES, _INTAKE = (
    statement("dmarc_tallies"),
    statement("dmarc_days"),
    statement("tls_days"),
    statement("tls_failures"),
    statement("intake"),
)
_EVERY_POLICY = ["sts", "tlsa", "no-policy-found"]
#: Sources, and kinds of failures, that are looked at: the largest ones.
MOST_SOURCES, MOST_FAILURES = 500, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSource:
    """A source as its people see it: its tally, whether they marked it, a few of its addresses."""

    tally: Tally
    is_marked: bool
    last_on: date
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcDay:
    """Messages of one day: wanted senders' that passed, were forwarded or fail; strangers'."""

    day: date
    aligned: int
    forwarded: int
    failing: int
    strangers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsDay:
    """Sessions of one day that went well, and that failed."""

    day: date
    good: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFailure:
    """Sessions that failed alike (RFC 8460 §4.3); `mx_host` is '' where the report names none."""

    policy_type: str
    result: str
    mx_host: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How many reports came in the time they are kept: counted, not used, and by how many senders."""

    counted: int
    unused: int
    reporters: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcWindow:
    """Who sent in a domain's name: the days with data, the largest sources, the reports."""

    days: list[DmarcDay]
    sources: list[SeenSource]
    intake: Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsWindow:
    """Sessions with a domain: the days with data, what failed, the reports."""

    days: list[TlsDay]
    failures: list[TlsFailure]
    intake: Intake


def sources(domain_id: UUID, *, days: int, grade: Grade = Grade.PROVEN) -> list[SeenSource]:
    """Who sent in the domain's name in so many days, the largest first."""
    first = _first_day(days)
    rows = _rows(
        _TALLIES, domain_id, since=first, before=first, grade=grade.value, most=MOST_SOURCES
    )
    return [_source(row) for row in rows]


def dmarc_window(domain_id: UUID, *, days: int = dmarc_path.WINDOW) -> DmarcWindow:
    """What was seen in the last so many days, in one statement."""
    first = _first_day(days)
    found = _gathered(
        {"days": _DMARC_DAYS, "sources": _TALLIES, "intake": _INTAKE},
        domain_id,
        since=first,
        before=first,
        grade=Grade.PROVEN.value,
        most=MOST_SOURCES,
        kind=ReportKind.DMARC.value,
    )
    return DmarcWindow(
        days=[DmarcDay(**row) for row in _dated(found["days"], "day")],
        sources=[_source(row) for row in _dated(found["sources"], "last_on")],
        intake=_intake(found["intake"]),
    )


def tls_window(domain_id: UUID, *, days: int = dmarc_path.WINDOW) -> TlsWindow:
    """The same of TLS, whatever policy sessions were held against; what failed most often first."""
    found = _gathered(
        {"days": _TLS_DAYS, "failures": _TLS_FAILURES, "intake": _INTAKE},
        domain_id,
        since=_first_day(days),
        grade=Grade.PROVEN.value,
        policy_types=_EVERY_POLICY,
        most=MOST_FAILURES,
        kind=ReportKind.TLS.value,
    )
    return TlsWindow(
        days=[TlsDay(**row) for row in _dated(found["days"], "day")],
        failures=[TlsFailure(**row) for row in found["failures"]],
        intake=_intake(found["intake"]),
    )


def for_next_step(domain: Domain, *, seen: DmarcWindow) -> Evidence:
    """Evidence of the window by every reporter whose word is proven."""
    return Evidence(
        policy=domain.dmarc_policy,
        span=_span([day.day for day in seen.days]),
        days=len(seen.days),
        # What nobody chose here has stood in DNS for who knows how long.
        days_at_policy=(
            _days_since(domain.dmarc_changed_at, domain)
            if domain.dmarc_changed_at
            else dmarc_path.WINDOW
        ),
        tallies=tuple(one.tally for one in seen.sources),
    )


def for_step_back(domain: Domain) -> Evidence:
    """Evidence of the last days under the present policy, by large receivers only."""
    recent = min(dmarc_path.RECENT, _days_since(domain.dmarc_changed_at, domain))
    rows = _rows(
        _TALLIES,
        domain.public_id,
        since=_first_day(recent),
        before=_first_day(dmarc_path.WINDOW),
        grade=Grade.RECOGNISED.value,
        most=MOST_SOURCES,
    )
    tallies = tuple(_source(row).tally for row in rows)
    return Evidence(
        policy=domain.dmarc_policy,
        span=recent,
        days=max((one.days for one in tallies if one.is_counted), default=0),
        reporters=_large_reporters(domain.public_id, days=recent),
        days_at_policy=recent,
        tallies=tallies,
    )


def for_mta_sts(domain: Domain, *, is_step_back: bool = False) -> TlsEvidence:
    """Evidence since the mode was set: of the window, or to step back of the last days only."""
    grade = Grade.RECOGNISED if is_step_back else Grade.PROVEN
    longest = dmarc_path.RECENT if is_step_back else dmarc_path.WINDOW
    looked_at = min(longest, _days_since(domain.mta_sts_changed_at, domain))
    rows = _rows(
        _TLS_DAYS,
        domain.public_id,
        since=_first_day(looked_at),
        grade=grade.value,
        policy_types=["sts"],
    )
    days = [TlsDay(**row) for row in rows]
    failed = sum(day.failed for day in days)
    return TlsEvidence(
        mode=domain.mta_sts_mode,
        span=_span([day.day for day in days]),
        days=len(days),
        sessions=failed + sum(day.good for day in days),
        failed=failed,
    )


def _large_reporters(domain_id: UUID, *, days: int) -> int:
    counted = ReceivedReport.objects.filter(
        reseller_id=current_reseller_id(),
        domain_id=domain_id,
        kind=ReportKind.DMARC,
        state=ReportState.COUNTED,
        grade=Grade.RECOGNISED,
        begin_at__date__gte=_first_day(days),
    )
    return counted.values("sender").distinct().count()


def _source(row: Mapping[str, Any]) -> SeenSource:
    marked = row["is_marked_known"]
    group = "known" if marked and row["source_group"] == "unknown" else row["source_group"]
    return SeenSource(
        tally=Tally(
            name=row["name"],
            group=cast("Group", group),
            messages=row["messages"],
            aligned=row["aligned"],
            forwarded=row["forwarded"],
            days=row["days"],
            is_foreign=marked is False,
            aligned_before=row["aligned_before"],
        ),
        is_marked=marked is not None,
        last_on=row["last_on"],
        addresses=tuple(row["addresses"] or ()),
    )


def _intake(rows: Sequence[Mapping[str, Any]]) -> Intake:
    (row,) = rows
    last_at = row["last_at"] and datetime.fromisoformat(row["last_at"])
    return Intake(**{**row, "last_at": last_at})


def _dated(rows: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    return [{**row, name: date.fromisoformat(row[name])} for row in rows]


def _gathered(
    asked: Mapping[str, str], domain_id: UUID, **parameters: Any
) -> dict[str, list[dict[str, Any]]]:
    """Name → rows of each statement, all in one; days and times come as text."""
    parts = [
        f"(SELECT coalesce(json_agg(one), '[]') FROM (\n{sql}\n) AS one) AS {name}"  # noqa: S608 (constants)
        for name, sql in asked.items()
    ]
    (found,) = _rows(f"SELECT {', '.join(parts)}", domain_id, **parameters)
    return found


def _rows(sql: str, domain_id: UUID, **parameters: Any) -> list[dict[str, Any]]:
    given = {"domain_id": domain_id, "reseller_id": current_reseller_id()}
    with connection.cursor() as cursor:
        cursor.execute(sql, given | parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _first_day(days: int) -> date:
    return (clock.now() - timedelta(days=days)).date()


def _span(days: Sequence[date]) -> int:
    return (clock.now().date() - min(days)).days if days else 0


def _days_since(changed_at: datetime | None, domain: Domain) -> int:
    return (clock.now() - (changed_at or domain.created_at)).days
