"""What a bounce says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol.dsn_reader import statuses_in

POSTFIX = b"""From: MAILER-DAEMON@mx.outside.test (Mail Delivery System)\r
To: x@bounce.shop.test\r
Subject: Undelivered Mail Returned to Sender\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r
MIME-Version: 1.0\r
\r
--b1\r
Content-Type: text/plain\r
\r
I'm sorry to have to inform you\r
--b1\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.outside.test\r
X-Postfix-Queue-ID: ABC\r
\r
Final-Recipient: rfc822; gone@outside.test\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 <gone@outside.test>: Recipient address\r
    rejected: User unknown\r
\r
Final-Recipient: rfc822; slow@outside.test\r
Action: delayed\r
Status: 4.4.1\r
--b1--\r
"""


def test_a_postfix_bounce_is_read() -> None:
    failed, delayed = statuses_in(POSTFIX)
    assert (failed.action, failed.status, failed.recipient) == (
        "failed",
        "5.1.1",
        "gone@outside.test",
    )
    assert (
        failed.diagnostic
        == "550 5.1.1 <gone@outside.test>: Recipient address rejected: User unknown"
    )
    assert (delayed.action, delayed.status) == ("delayed", "4.4.1")


def test_an_ordinary_message_reports_nothing() -> None:
    assert statuses_in(b"Subject: out of office\r\n\r\nAction: failed\r\n") == []


def test_a_hostile_field_is_cut_and_printable() -> None:
    hostile = POSTFIX.replace(b"User unknown", b"\x00\x1b[31m\xff" + b"A" * 5000)
    failed = statuses_in(hostile)[0]
    assert len(failed.diagnostic) <= 500
    assert failed.diagnostic.isprintable()


@given(st.binary(max_size=200), st.integers(0, 900))
def test_no_bytes_break_the_reader(noise: bytes, place: int) -> None:
    statuses_in(POSTFIX[:place] + noise + POSTFIX[place:])


@pytest.mark.parametrize(
    "message",
    [
        b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (depth, depth)
            for depth in range(1500)
        ),
        b"Content-Type: message/rfc822\r\n\r\n" * 1500,
        b"Content-Type: text/plain; charset*=utf-8''latin-1\r\n\r\n\xff\r\n",
        b"Content-Type: multipart/report; boundary*=a\0b''x\r\n\r\n--x\r\n\r\nz\r\n--x--\r\n",
    ],
    ids=["nested", "nested messages", "extended charset", "NUL in an extended boundary"],
)
def test_a_message_that_no_parser_takes_reports_nothing(message: bytes) -> None:
    assert statuses_in(message) == []


def test_an_odd_part_before_the_report_does_not_hide_it() -> None:
    odd = POSTFIX.replace(b"Content-Type: text/plain", b"Content-Type: text/plain; charset*=x''y")
    assert [status.action for status in statuses_in(odd.replace(b"I'm", b"\xff"))] == [
        "failed",
        "delayed",
    ]
