"""Addresses that a program names: taken as they are, unless they could say more than an address."""

import pytest

from mailcore.protocol.addresses import InvalidAddress, named, sendable
from mailcore.protocol.smtp_arguments import parse_rcpt

GOOD = {
    "Ann@Out.TEST": "Ann@out.test",
    "a.b+c@bücher.test": "a.b+c@xn--bcher-kva.test",
    "jörg@out.test": "jörg@out.test",
    '"a b"@out.test': '"a b"@out.test',
    "a..b@out.test": "a..b@out.test",
}
BAD = [
    "", "a", "@out.test", "a@", "a b@out.test", "a@out test", "a@[127.0.0.1]", "a@127.0.0.1",
    "a@out.test>", "<a@out.test", "a,b@out.test", "a@b@out.test", "a\r\n@out.test", "a\0@out.test",
    "x" * 65 + "@out.test", '"a"b@out.test', '"a\r\nb"@out.test', "a\u202e@out.test", "a\u00a0@out.test",
    "a@out.test> ORCPT=rfc822;x", "a@" + "x" * 300 + ".test",
]  # fmt: skip


@pytest.mark.parametrize(("text", "stored"), GOOD.items())
def test_what_mail_can_be_sent_to(text: str, stored: str) -> None:
    assert sendable(text) == stored
    assert parse_rcpt(f"TO:<{stored}>", is_smtputf8=True).address == stored


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_address_or_more_than_one(text: str) -> None:
    with pytest.raises(InvalidAddress):
        sendable(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ann <ann@out.test>", ("Ann", "ann@out.test")),
        (' "Ann, \\"the\\" <x>"  <ann@out.test> ', ('Ann, "the" <x>', "ann@out.test")),
        ("<ann@out.test>", ("", "ann@out.test")),
        ("Müller, Eva 👩\u200d👧 <eva@out.test>", ("Müller, Eva 👩\u200d👧", "eva@out.test")),
        ("ann@out.test", ("", "ann@out.test")),
    ],
)
def test_a_name_before_the_address(text: str, found: tuple[str, str]) -> None:
    assert named(text) == found


@pytest.mark.parametrize(
    "text",
    ["A\nB <a@out.test>", "a@out.test, b@out.test", 'A "B" <a@out.test>', "A <a@out.test> B"],
)
def test_what_reads_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        named(text)
