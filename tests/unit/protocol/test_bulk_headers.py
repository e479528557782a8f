"""Which header of a mailing is well, and whether its own link needs one click."""

import pytest

from mailcore.protocol import bulk_headers, headers

GOOD = b"From: Shop <news@client.test>\r\nTo: a@b.test\r\nSubject: x\r\n"


def _fields(*extra: bytes, start: bytes = GOOD) -> list[headers.Field]:
    return headers.split(start + b"".join(line + b"\r\n" for line in extra) + b"\r\n")[0]


@pytest.mark.parametrize(
    ("extra", "fault"),
    [
        ((), None),
        ((b"Message-ID: <a.b-c@client.test>", b"Date: Sun, 22 Nov 2026 05:00:00 +0000"), None),
        ((b"Message-ID: a@client.test",), "Message-ID"),
        ((b"Message-ID: <a@b@client.test>",), "Message-ID"),
        ((b"Message-ID:",), "Message-ID"),
        ((b"Date: 31 Foo 2026",), "Date"),
        ((b"Subject: y",), "Subject"),
        ((b"From: b@client.test",), "From"),
        ((b"List-Unsubscribe: <https://a.test/>", b"List-Unsubscribe: <https://b.test/>"),
         "List-Unsubscribe"),
    ],
)  # fmt: skip
def test_the_first_fault_is_named(extra, fault):
    assert bulk_headers.fault_of(_fields(*extra)) == fault


@pytest.mark.parametrize(
    "sender",
    [b"a@x.test, b@x.test", b"nobody", b"", b"Group: a@x.test;, b@x.test", b'"open <a@x.test>'],
)
def test_a_mailing_has_one_readable_sender(sender):
    assert bulk_headers.fault_of(_fields(start=b"From: " + sender + b"\r\n")) == "From"


@pytest.mark.parametrize(
    ("extra", "meaning"),
    [
        ((), "none"),
        ((b"List-Unsubscribe: <https://a.test/1>", b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
         "complete"),
        ((b"List-Unsubscribe: <mailto:l@a.test>,\r\n <HTTPS://a.test/1>",
          b"List-Unsubscribe-Post: list-unsubscribe = one-click"), "complete"),
        ((b"List-Unsubscribe: <http://a.test/1>", b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
         "incomplete"),
        ((b"List-Unsubscribe: <https://a.test/1>",), "incomplete"),
        ((b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",), "incomplete"),
        ((b"List-Unsubscribe: <https://a.test/1>", b"List-Unsubscribe-Post: yes"), "incomplete"),
    ],
)  # fmt: skip
def test_a_link_of_the_senders_own_counts_when_one_click_is_enough(extra, meaning):
    assert bulk_headers.unsubscribe_of(_fields(*extra)) == meaning


def test_a_long_link_fits_a_line_and_smuggles_nothing():
    field = bulk_headers.folded("List-Unsubscribe", f"<https://a.test/u/{'x' * 900}>")
    assert max(len(line) for line in field.raw.split(b"\r\n")) <= 998
    assert headers.values_of([field], "list-unsubscribe") == [f"<https://a.test/u/{'x' * 900}>"]
    for value in ("a\r\nBcc: b@c.test", "x" * 1000):
        with pytest.raises(ValueError, match="fits no line"):
            bulk_headers.folded("List-Unsubscribe", value)
