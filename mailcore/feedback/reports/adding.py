"""Add what a report counts to the sums of its day, within bounds."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import connection

from mailcore.feedback.models import ReceivedReport
from mailcore.feedback.statements import statement
from mailcore.protocol.reports.aggregate import Report, Row
from mailcore.protocol.reports.senders import Source, source_of
from mailcore.protocol.reports.tls import TlsReport

_ADD_DMARC, _ADD_TLS = statement("add_dmarc"), statement("add_tls")
#: Rows of a domain's day; what comes beyond is summed up without its address. So a million source
#: addresses cost what these cost, and no message is left out of the sums.
MOST_DMARC_ROWS, MOST_TLS_ROWS = 2000, 200


def add_dmarc(received: ReceivedReport, report: Report) -> None:
    """Add an aggregate report, all of it to the day on which it begins; as role worker."""
    ours = _ours(report.rows)
    sums: Counter[tuple[Source, Row]] = Counter()
    for row in report.rows:
        sums[source_of(row, domain=report.domain, ours=ours), _bare(row)] += row.count
    alike = list(sums)
    _run(
        _ADD_DMARC,
        received,
        day=report.begin.date(),
        room=MOST_DMARC_ROWS,
        source_ip=[row.source_ip for _, row in alike],
        source=[source.name for source, _ in alike],
        source_group=[source.group for source, _ in alike],
        header_from=[row.header_from for _, row in alike],
        disposition=[row.disposition for _, row in alike],
        dkim=[row.dkim for _, row in alike],
        spf=[row.spf for _, row in alike],
        is_forwarded=[row.is_forwarded for _, row in alike],
        count=[sums[one] for one in alike],
    )


def add_tls(received: ReceivedReport, report: TlsReport) -> None:
    """Add a TLS report, all of it to the day on which it begins; as role worker."""
    _run(
        _ADD_TLS,
        received,
        day=report.begin.date(),
        room=MOST_TLS_ROWS,
        policy_type=[one.policy_type for one in report.sessions],
        result=[one.result for one in report.sessions],
        mx_host=[one.mx_host for one in report.sessions],
        count=[one.count for one in report.sessions],
    )


def _bare(row: Row) -> Row:
    """What a sum tells apart: who passed is in its source already."""
    return Row(
        source_ip=row.source_ip,
        count=0,
        disposition=row.disposition,
        dkim=row.dkim,
        spf=row.spf,
        header_from=row.header_from,
        is_forwarded=row.is_forwarded,
    )


def _ours(rows: Sequence[Row]) -> set[str]:
    with connection.cursor() as cursor:
        addresses = list({row.source_ip for row in rows})
        cursor.execute("SELECT sec.egress_addresses_among(%s)", [addresses])
        return {address for (address,) in cursor.fetchall()}


def _run(sql: str, received: ReceivedReport, **parameters: Any) -> None:
    basis: dict[str, Any] = {
        "reseller_id": received.reseller_id,
        "domain_id": received.domain_id,
        "grade": received.grade,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, basis | parameters)
