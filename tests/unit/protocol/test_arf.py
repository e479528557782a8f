"""Reports of complaints, good and bad ones."""

import pytest

from mailcore.protocol import arf

REPORT = (
    b"From: fbl@provider.test\r\nTo: fbl@bounce.client.test\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
    b"--b\r\nContent-Type: message/feedback-report\r\n\r\n"
    b"Feedback-Type: Abuse\r\nUser-Agent: Provider-FBL/1.0\r\nVersion: 1\r\n"
    b"Original-Mail-From: <b1@bounce.client.test>\r\nOriginal-Rcpt-To: redacted@provider.test\r\n"
    b"\r\n--b\r\nContent-Type: %s\r\n\r\n"
    b"Return-Path: <b2@bounce.client.test>\r\nCFBL-Feedback-ID:\r\n b3@bounce.client.test\r\n"
    b"Subject: offer\r\n\r\nBuy now\r\n--b--\r\n"
)


@pytest.mark.parametrize("original", [b"message/rfc822", b"text/rfc822-headers"])
def test_type_reporter_and_every_place_of_a_reference(original):
    report = arf.report_in(REPORT % original)
    assert report == arf.FeedbackReport(
        feedback_type="abuse",
        user_agent="Provider-FBL/1.0",
        references=(
            "b1@bounce.client.test", "b3@bounce.client.test", "b2@bounce.client.test",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00\xff" * 100,
        b"Subject: hello\r\n\r\nhello\r\n",
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\nno parts",
        (
            b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
            b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n--b--\r\n"
        ),
        b"Content-Type: multipart/mixed; boundary*0=b; boundary*x=\xff\r\n\r\n--b\r\n",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)),
    ],
)  # fmt: skip
def test_what_is_no_report_is_none(message):
    assert arf.report_in(message) is None


def test_a_report_cannot_make_us_try_many_references():
    many = b"Return-Path: <x@y.test>\r\n" * 1000
    flood = REPORT.replace(b"Subject: offer\r\n", many) % b"message/rfc822"
    report = arf.report_in(flood)
    assert report is not None
    assert len(report.references) < 10
    assert all(len(reference) <= 400 for reference in report.references)


def test_an_original_before_the_report_is_not_looked_at():
    """Only in this order is it the reported message; a forwarded one may stand anywhere."""
    parts = (REPORT % b"message/rfc822").split(b"--b\r\n")
    swapped = b"--b\r\n".join([parts[0], parts[1], parts[3].replace(b"--b--", b""), parts[2]])
    report = arf.report_in(swapped + b"--b--\r\n")
    assert report is not None
    assert report.references == ("b1@bounce.client.test",)
