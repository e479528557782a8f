"""Whose word a report is, by what our own MX wrote on top of the message."""

import pytest

from mailcore.protocol.authentication_results import proven_sender
from mailcore.protocol.reports.attachment import parse

PASS = "dkim=pass header.d=google.com header.s=s header.b=abc; dmarc=pass (policy=reject) header.from=google.com"


def proven(*results, sender="Google <noreply@google.com>", envelope="noreply@google.com"):
    fields = "".join(f"Authentication-Results: {one}\r\n" for one in results)
    message = parse(f"{fields}From: {sender}\r\n\r\nx".encode())
    return proven_sender(message, authority="mx.infra.test", envelope_from=envelope)


def mx(results):
    return f"mx.infra.test; {results}"


@pytest.mark.parametrize(
    "results",
    [
        PASS,
        "dkim=pass header.d=google.com header.s=s; dmarc=none",
        "dkim=pass header.d=mail.google.com",
        "spf=pass (mx.infra.test: domain of noreply@google.com designates 1.2.3.4 as permitted sender) smtp.mailfrom=noreply@google.com; dmarc=none",
    ],
)  # fmt: skip
def test_a_sender_that_is_proven(results):
    assert proven(mx(results)) == "google.com"


@pytest.mark.parametrize(
    "results",
    [
        "dkim=none; dmarc=none",
        "dkim=fail header.d=google.com",
        "dkim=pass header.d=evil.test; spf=pass smtp.mailfrom=a@evil.test; dmarc=fail header.from=google.com (policy=reject)",
        "dkim=pass header.d=com",
        "dkim=pass header.d=notgoogle.com",
        "dmarc=pass header.from=evil.test",
        # Brought along in values that the field repeats.
        'spf=pass (mx: domain of "x; dmarc=pass header.from=google.com"@evil.test) smtp.mailfrom=x@evil.test',
        'dkim=fail header.d="a; dmarc=pass header.from=google.com"; dmarc=none',
        "dmarc=none; x (y); dmarc=pass header.from=google.com",
        "dmarc=pass (unclosed header.from=google.com",
        "dmarc=pass) header.from=google.com",
    ],
)
def test_a_sender_that_is_not(results):
    assert proven(mx(results)) is None


def test_only_the_topmost_field_of_our_own_mx_counts():
    assert proven(mx("dmarc=none"), mx(PASS)) is None
    assert proven(f"mx.evil.test; {PASS}", mx(PASS)) is None
    assert proven() is None
    assert proven(mx(PASS)) == "google.com"


def test_senders_that_could_reach_into_the_field_prove_nothing():
    assert proven(mx(PASS), envelope='"a) ; dmarc=pass ("@evil.test') is None
    assert proven(mx(PASS), envelope="") == "google.com"
    assert proven(mx(PASS), sender="a@google.com, b@evil.test") is None
    assert proven(mx(PASS), sender="a@google.com\r\nFrom: b@evil.test") is None
    assert proven(mx(PASS), sender="nobody") is None
