"""Read TLS reports (RFC 8460 §4); a stranger wrote every byte of them."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mailcore.protocol.reports.aggregate import LONGEST_PERIOD, MOST_MESSAGES
from mailcore.protocol.reports.unreadable import Unreadable

#: Bytes of JSON: as Python objects it takes some twenty times the room.
MOST_JSON = 4 * 1024**2
_MOST_POLICIES, _MOST_DETAILS = 100, 5000
_POLICY_TYPES = frozenset({"sts", "tlsa", "no-policy-found"})
_RESULT = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_HOST = re.compile(r"[a-z0-9_*](?:[a-z0-9._-]{0,251}[a-z0-9_])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Sessions that ended alike; `result` is '' for those that went well (RFC 8460 §4.3)."""

    policy_type: str
    result: str
    mx_host: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsReport:
    """A report: whose, about which domain and which time, and what it counts."""

    org_name: str
    report_id: str
    domain: str
    begin: datetime
    end: datetime
    sessions: tuple[Sessions, ...]

    @property
    def messages(self) -> int:
        """How many sessions the report tells of."""
        return sum(one.count for one in self.sessions)


def read(text: bytes, *, domain: str) -> TlsReport:
    """What the report says of `domain`, like sessions added up; raises Unreadable.

    A report may hold policies of several domains: those of others are left out, and one that has
    none of ours is refused.
    """
    report = _object(_json(text))
    policies = _list(report.get("policies"), _MOST_POLICIES)
    about = {_host(_object(_object(p).get("policy")).get("policy-domain")) for p in policies}
    if domain not in about:
        raise Unreadable("other_domain" if about else "incomplete")
    span = _object(report.get("date-range"))
    begin, end = _instant(span.get("start-datetime")), _instant(span.get("end-datetime"))
    if not timedelta(0) <= end - begin <= LONGEST_PERIOD:
        raise Unreadable("period")
    org_name, report_id = _text(report, "organization-name", 200), _text(report, "report-id", 300)
    if not (org_name and report_id):
        raise Unreadable("incomplete")
    sums: Counter[tuple[str, str, str]] = Counter()
    for entry in policies:
        for key, count in _of_policy(_object(entry), domain):
            sums[key] = min(sums[key] + count, MOST_MESSAGES)
    return TlsReport(
        org_name=org_name,
        report_id=report_id,
        domain=domain,
        begin=begin,
        end=end,
        sessions=tuple(
            Sessions(policy_type=kind, result=result, mx_host=host, count=count)
            for (kind, result, host), count in sums.items()
            if count
        ),
    )


def _of_policy(entry: dict[str, Any], domain: str) -> Iterator[tuple[tuple[str, str, str], int]]:
    policy, summary = _object(entry.get("policy")), _object(entry.get("summary"))
    if _host(policy.get("policy-domain")) != domain:
        return
    kind = policy.get("policy-type")
    if not isinstance(kind, str) or kind not in _POLICY_TYPES:
        raise Unreadable("value_invalid")
    failed = _count(summary.get("total-failure-session-count", 0))
    yield (kind, "", ""), _count(summary.get("total-successful-session-count", 0))
    told = 0
    for one in _list(entry.get("failure-details", []), _MOST_DETAILS):
        detail = _object(one)
        count = min(_count(detail.get("failed-session-count", 0)), failed - told)
        told += count
        host = _host(detail.get("receiving-mx-hostname"))
        yield (kind, _result(detail.get("result-type")), host), count
    # The sum counts: details may be left out.
    yield (kind, "unspecified", ""), failed - told


def _json(text: bytes) -> Any:
    if len(text) > MOST_JSON:
        raise Unreadable("unpacks_too_large")
    try:
        return json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("json_broken") from error


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("incomplete")
    return value


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable("incomplete")
    if len(value) > most:
        raise Unreadable("too_many_records")
    return value


def _text(report: dict[str, Any], name: str, longest: int) -> str:
    value = report.get(name)
    line = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(c for c in line if c.isprintable())[:longest]


def _host(value: Any) -> str:
    """A host name in lower case; '' for what is none."""
    name = value.strip().lower().rstrip(".") if isinstance(value, str) else ""
    return name if _HOST.fullmatch(name) else ""


def _result(value: Any) -> str:
    """A result type; those that nobody knows yet are kept, for RFC 8460 lets more be registered."""
    return value if isinstance(value, str) and _RESULT.fullmatch(value) else "unspecified"


def _count(value: Any) -> int:
    # A few reporters write numbers as texts.
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_MESSAGES:
        raise Unreadable("value_invalid")
    return value


def _instant(value: Any) -> datetime:
    try:
        found = (
            datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
        )
    except ValueError as error:
        raise Unreadable("period") from error
    if found is None:
        raise Unreadable("period")
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError as error:
        raise Unreadable("period") from error
