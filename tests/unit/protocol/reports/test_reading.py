"""What is read out of reports, and which are refused."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailcore.protocol.reports import aggregate, attachment, tls
from mailcore.protocol.reports.aggregate import Row
from mailcore.protocol.reports.tls import Sessions
from mailcore.protocol.reports.unpack import MOST_IN, MOST_OUT, unpack
from mailcore.protocol.reports.unreadable import Unreadable
from tests.unit.protocol.reports import samples


def test_google():
    report = aggregate.read(samples.GOOGLE)
    assert (report.org_name, report.report_id, report.domain) == ("google.com", "17", "client.test")
    assert report.begin == datetime(2026, 11, 21, tzinfo=UTC)
    ours, listed = report.rows
    assert (ours.count, ours.signers, ours.is_aligned) == (12, ("client.test",), True)
    assert (listed.is_aligned, listed.is_forwarded, listed.spf_domain) == (False, True, "list.test")
    assert report.messages == 15


def test_microsoft():
    (row,) = aggregate.read(samples.MICROSOFT).rows
    assert row == Row(
        source_ip="2001:db8::25", count=4, disposition="quarantine", dkim=False, spf=False,
        header_from="news.client.test", signers=("sendgrid.net",), spf_domain="em.sendgrid.net",
    )  # fmt: skip


def test_yahoo_and_others():
    report = aggregate.read(samples.YAHOO)
    (row,) = report.rows
    assert (report.report_id, row.source_ip, row.count) == ("17.5", "192.0.2.77", 2)
    assert (row.dkim, row.spf, row.header_from) == (False, True, "client.test")
    first, second = aggregate.read(samples.OTHER).rows
    assert (first.source_ip, second.is_forwarded) == ("192.0.2.5", True)


def test_like_records_are_added_up_and_empty_ones_left_out():
    same = [samples.record(count=2)] * 3 + [samples.record("192.0.2.9", 0)]
    (row,) = aggregate.read(samples.aggregate(*same)).rows
    assert row.count == 6


def test_tls():
    report = tls.read(samples.tls(), domain="client.test")
    assert set(report.sessions) == {
        Sessions(policy_type="sts", result="", mx_host="", count=90),
        Sessions(policy_type="sts", result="certificate-expired", mx_host="mx.infra.test", count=7),
        Sessions(policy_type="sts", result="unspecified", mx_host="", count=3),
    }
    assert report.messages == 100


def named(value: object) -> str:
    """A case by its code: archives hold the time at which they were made."""
    return value if isinstance(value, str) else "content"


@pytest.mark.parametrize(
    "packed",
    [samples.GOOGLE, samples.gzipped(samples.GOOGLE), samples.zipped(samples.GOOGLE)],
    ids=["plain", "gzip", "zip"],
)
@pytest.mark.parametrize("kind", ["application/zip", "text/xml", "application/octet-stream"])
def test_a_report_is_found_in_its_message(packed, kind):
    found = attachment.report_in(samples.mail(packed, kind=kind))
    assert aggregate.read(unpack(found)).messages == 15


def test_a_message_that_is_nothing_but_the_report():
    message = b"Content-Type: application/gzip\r\n\r\n" + samples.gzipped(samples.GOOGLE)
    assert unpack(attachment.report_in(message)) == samples.GOOGLE


LAUGHS = b"<!DOCTYPE l [" + b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"lol") for n in range(10)
) + b"]><feedback>&l9;</feedback>"  # fmt: skip
BOMB = samples.gzipped(bytes(2 * MOST_OUT))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (bytes(MOST_IN + 1), "too_large"),
        (samples.zipped(bytes(2 * MOST_OUT)), "unpacks_too_large"),
        (BOMB, "unpacks_too_large"),
        (samples.zipped(*[b"<a/>"] * 21), "archive_members"),
        (samples.zipped(b"<a/>", b"<b/>"), "archive_members"),
        (samples.gzipped(b"") * 21, "archive_members"),
        (samples.gzipped(samples.zipped(b"<a/>")), "archive_nested"),
        (samples.zipped(samples.gzipped(b"<a/>")), "archive_nested"),
        (samples.gzipped(samples.GOOGLE)[:-9], "archive_broken"),
        (samples.zipped(samples.GOOGLE)[:-9], "archive_broken"),
        (b"\x1f\x8b", "archive_broken"),
        (b"PK\x05\x06", "archive_broken"),
        (LAUGHS, "xml_forbidden"),
        (b'<!DOCTYPE f SYSTEM "http://127.0.0.1/x"><feedback/>', "xml_forbidden"),
        (b"<feedback>", "xml_broken"),
        (b"", "xml_broken"),
        (b'<?xml version="1.0" encoding="ebcdic-42"?><feedback/>', "xml_broken"),
        (b"<feedback/>", "incomplete"),
        (b"<html/>", "incomplete"),
        (b"<feedback>" + b"<a>" * 50, "incomplete"),
        (samples.aggregate(samples.record("mx.test")), "value_invalid"),
        (samples.aggregate(samples.record(count=-1)), "value_invalid"),
        (samples.aggregate(samples.record(count=9_999_999_999)), "value_invalid"),
        (samples.aggregate(begin=samples.END, end=samples.BEGIN), "period"),
        (samples.aggregate(begin=1), "period"),
        (samples.aggregate(begin="yesterday"), "period"),
    ],
    ids=named,
)
def test_what_is_refused_and_why(content, code):
    with pytest.raises(Unreadable) as refused:
        aggregate.read(unpack(content))
    assert refused.value.code == f"report.{code}"


def test_records_are_counted(monkeypatch):
    monkeypatch.setattr(aggregate, "MOST_RECORDS", 2)
    assert aggregate.read(samples.aggregate(*[samples.record()] * 2)).messages == 2
    with pytest.raises(Unreadable, match="too_many_records"):
        aggregate.read(samples.aggregate(*[samples.record()] * 3))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[]", "incomplete"),
        (b"{", "json_broken"),
        (b"[" * 100_000, "json_broken"),
        (b" " * (tls.MOST_JSON + 1), "unpacks_too_large"),
        (samples.tls(policies=[]), "incomplete"),
        (samples.tls(policies=samples.TLS["policies"][1:]), "other_domain"),
        (samples.tls(policies=samples.TLS["policies"] * 60), "too_many_records"),
        (samples.tls(**{"report-id": 7}), "incomplete"),
        (samples.tls(**{"date-range": {"start-datetime": "today"}}), "period"),
        (json.dumps(samples.TLS).replace(": 90", ": -1").encode(), "value_invalid"),
        (json.dumps(samples.TLS).replace('"sts"', '["sts"]').encode(), "value_invalid"),
    ],
    ids=named,
)
def test_tls_reports_that_are_refused(content, code):
    with pytest.raises(Unreadable) as refused:
        tls.read(content, domain="client.test")
    assert refused.value.code == f"report.{code}"


@pytest.mark.parametrize(
    "message",
    [b"", b"Subject: hello\r\n\r\n<hello>\r\n", bytes(2 * MOST_IN)],
    ids=["nothing", "text", "zeros"],
)
def test_messages_without_a_report(message):
    with pytest.raises(Unreadable):
        attachment.report_in(message)


PIECES = st.sampled_from(
    [samples.GOOGLE, samples.MICROSOFT, samples.tls(), samples.zipped(samples.GOOGLE),
     samples.gzipped(samples.YAHOO), LAUGHS, b"PK\x03\x04", b"\x1f\x8b\x08"]
)  # fmt: skip


@given(PIECES, st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8)), max_size=6))
@example(samples.zipped(samples.GOOGLE), [(0.99, b"\xff\xff\xff\xff")])
def test_damaged_reports_are_read_or_refused(content, damage):
    """Nothing but the one error ever comes out, whatever is written over whatever."""
    text = bytearray(content)
    for where, what in damage:
        at = int(where * len(text))
        text[at : at + len(what)] = what
    for read in (aggregate.read, lambda found: tls.read(found, domain="client.test")):
        with suppress(Unreadable):
            read(unpack(attachment.report_in(samples.mail(bytes(text)))))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(
    st.sampled_from([*samples.TLS, "policy-type", "policy-domain", "summary", "failure-details"]),
    JSON,
)
def test_a_tls_report_with_anything_anywhere(name, value):
    first = samples.TLS["policies"][0]
    inner = first | {name: value, "policy": first["policy"] | {name: value}}
    changed = {name: value} if name in samples.TLS else {"policies": [inner]}
    with suppress(Unreadable):
        tls.read(json.dumps(samples.TLS | changed).encode(), domain="client.test")
