"""Read DMARC aggregate reports (RFC 7489 appendix C); a stranger wrote every byte of them."""

import ipaddress
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from xml.parsers import expat

from mailcore.protocol.reports.unreadable import Unreadable

MOST_RECORDS = 50_000
#: Messages that one record may tell of; the largest sender's day has fewer at one receiver.
MOST_MESSAGES = 1_000_000_000
#: RFC 7489 §7.2 means a day; a few reporters send one a week.
LONGEST_PERIOD = timedelta(days=8)
_DEEPEST, _LONGEST = 16, 1000
_CHUNK = 64 * 1024
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?")
_DISPOSITIONS = frozenset({"none", "quarantine", "reject"})
#: Why a receiver let pass what failed (RFC 7489 §7.2): a policy would not have stopped these.
_FORWARDED = frozenset({"forwarded", "trusted_forwarder", "mailing_list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Messages of one day that are alike.

    `dkim` and `spf` say whether it passed *and* was aligned; `signers` and `spf_domain` name who
    passed, aligned or not. `is_forwarded`: the receiver knew the forwarder and let it pass.
    """

    source_ip: str
    count: int
    disposition: str
    dkim: bool
    spf: bool
    header_from: str
    signers: tuple[str, ...] = ()
    spf_domain: str = ""
    is_forwarded: bool = False

    @property
    def is_aligned(self) -> bool:
        """Whether DMARC passed."""
        return self.dkim or self.spf


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An aggregate report: whose, about which domain and which time, and what it counts."""

    org_name: str
    report_id: str
    domain: str
    policy: str
    begin: datetime
    end: datetime
    rows: tuple[Row, ...]

    @property
    def messages(self) -> int:
        """How many messages the report tells of."""
        return sum(row.count for row in self.rows)


def read(xml: bytes) -> Report:
    """The report, like rows added up; raises Unreadable.

    Document types, and with them entities, are refused; so are more than MOST_RECORDS records.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    try:
        for at in range(0, len(xml), _CHUNK):
            parser.Parse(xml[at : at + _CHUNK], False)
        parser.Parse(b"", True)
    except Unreadable:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable("xml_broken") from error
    return reader.report()


def _refuse_doctype(*_: object) -> None:
    raise Unreadable("xml_forbidden")


class _Reader:
    """Keeps the few texts that matter, at their path below the root."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._text = ""
        self._head: dict[str, str] = {}
        self._record: dict[str, str] = {}
        self._signers: list[str] = []
        self._is_forwarded = False
        self._rows: Counter[Row] = Counter()
        self._records = 0

    def start(self, name: str, _: Mapping[str, str]) -> None:
        """An element begins; prefixes of name spaces are left out."""
        self._path.append(name.rpartition(":")[2])
        self._text = ""
        if len(self._path) > _DEEPEST or self._path[0] != "feedback":
            raise Unreadable("incomplete")
        if self._path == ["feedback", "record"]:
            self._record, self._signers, self._is_forwarded = {}, [], False

    def characters(self, text: str) -> None:
        """Text of the innermost element, cut."""
        if len(self._text) < _LONGEST:
            self._text += text[:_LONGEST]

    def end(self, _: str) -> None:
        """An element ends: its text is complete."""
        path, value = "/".join(self._path[1:]), self._text.strip()[:_LONGEST]
        self._path.pop()
        self._text = ""
        if path == "record":
            self._count(self._row())
        elif path.startswith("record/"):
            self._hear(path.removeprefix("record/"), value)
        elif len(self._head) < 100:
            self._head.setdefault(path, value)

    def report(self) -> Report:
        """What was read; raises Unreadable."""
        org_name = _line(self._head.get("report_metadata/org_name", ""), 200)
        report_id = _line(self._head.get("report_metadata/report_id", ""), 300)
        domain = _name(self._head.get("policy_published/domain", ""))
        if not (org_name and report_id and domain and self._rows):
            raise Unreadable("incomplete")
        begin = _instant(self._head.get("report_metadata/date_range/begin", ""))
        end = _instant(self._head.get("report_metadata/date_range/end", ""))
        if not timedelta(0) <= end - begin <= LONGEST_PERIOD:
            raise Unreadable("period")
        return Report(
            org_name=org_name,
            report_id=report_id,
            domain=domain,
            policy=_one_of(self._head.get("policy_published/p", ""), "none"),
            begin=begin,
            end=end,
            # A record that names no From means the domain itself.
            rows=tuple(
                replace(row, count=count, header_from=row.header_from or domain)
                for row, count in self._rows.items()
            ),
        )

    def _hear(self, path: str, value: str) -> None:
        record = self._record
        if path == "auth_results/dkim":
            if record.pop("auth_results/dkim/result", "").lower() == "pass":
                self._sign(record.get("auth_results/dkim/domain", ""))
            record.pop("auth_results/dkim/domain", None)
        elif path == "auth_results/spf":
            if record.pop("auth_results/spf/result", "").lower() == "pass":
                record["spf_domain"] = record.get("auth_results/spf/domain", "")
            record.pop("auth_results/spf/domain", None)
        elif path == "row/policy_evaluated/reason":
            kind = record.pop("row/policy_evaluated/reason/type", "").lower()
            comment = record.pop("row/policy_evaluated/reason/comment", "").lower()
            # Large receivers say so of an ARC chain that they believe.
            by_arc = kind == "local_policy" and "arc=pass" in comment
            self._is_forwarded |= kind in _FORWARDED or by_arc
        elif len(record) < 40:
            record.setdefault(path, value)

    def _sign(self, domain: str) -> None:
        name = _name(domain)
        if name and name not in self._signers and len(self._signers) < 5:
            self._signers.append(name)

    def _row(self) -> Row:
        get = self._record.get
        evaluated = "row/policy_evaluated"
        return Row(
            source_ip=_address(get("row/source_ip", "")),
            count=_count(get("row/count", "")),
            disposition=_one_of(get(f"{evaluated}/disposition", ""), "none"),
            dkim=get(f"{evaluated}/dkim", "").lower() == "pass",
            spf=get(f"{evaluated}/spf", "").lower() == "pass",
            header_from=_name(get("identifiers/header_from", "")),
            signers=tuple(sorted(self._signers)),
            spf_domain=_name(get("spf_domain", "")),
            is_forwarded=self._is_forwarded,
        )

    def _count(self, row: Row) -> None:
        self._records += 1
        if self._records > MOST_RECORDS:
            raise Unreadable("too_many_records")
        if row.count:
            alike = replace(row, count=0)
            self._rows[alike] = min(self._rows[alike] + row.count, MOST_MESSAGES)


def _instant(text: str) -> datetime:
    """Seconds since 1970, perhaps with a fraction."""
    whole = text.partition(".")[0]
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 10):
        raise Unreadable("period")
    return datetime.fromtimestamp(int(whole), UTC)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Unreadable("value_invalid")
    if int(text) > MOST_MESSAGES:
        raise Unreadable("value_invalid")
    return int(text)


def _address(text: str) -> str:
    try:
        found = ipaddress.ip_address(text)
    except ValueError as error:
        raise Unreadable("value_invalid") from error
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found).partition("%")[0]


def _name(text: str) -> str:
    """A domain name in lower case; '' for what is none."""
    name = text.strip().lower().rstrip(".")
    return name if _NAME.fullmatch(name) else ""


def _one_of(text: str, default: str) -> str:
    return text.lower() if text.lower() in _DISPOSITIONS else default


def _line(text: str, longest: int) -> str:
    """One line of printable text."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:longest]
