"""What acceptance makes of a message that the sender policy vouched for."""

import pytest

from kernel import clock
from mailcore.delivery.accept.draft import draft_of
from mailcore.delivery.accept.errors import NotAccepted
from mailcore.protocol import identity
from mailcore.protocol.mail_session import Transaction
from mailcore.protocol.smtp_arguments import parse_mail, parse_rcpt

KEY, ANNA = b"k" * 32, "anna@xn--mller-kva.test"


def _transaction(
    head: str, *, rcpt: tuple[str, ...] = ("x@Outside.TEST",), mail: str = ""
) -> Transaction:
    at = int(clock.now().timestamp())
    value = identity.vouch(key=KEY, login=ANNA, envelope_from=ANNA, at=at, nonce=b"12345678")
    message = f"X-Livery-Auth: {value}\r\n{head}\r\n\r\n.\nsmuggled\r\n".encode()
    return Transaction(
        mail=parse_mail(f"FROM:<{ANNA}>{mail}"),
        recipients=tuple(parse_rcpt(f"TO:<{r}>", is_smtputf8=False) for r in rcpt),
        message=message,
    )


def _message(head: str) -> bytes:
    draft = draft_of(_transaction(head), key=KEY, infra_domain="infra.test")
    return draft.submission.message


def test_what_lacks_is_added_and_what_is_there_stays() -> None:
    bare = _message(f"From: {ANNA}")
    assert bare.count(b"Date: ") == bare.count(b"Message-ID: <") == 1
    whole = f"From: {ANNA}\r\nDate: then\r\nMESSAGE-id: <1@x>"
    assert whole.encode() in _message(whole)
    assert b"\r\nMessage-ID" not in _message(whole)


def test_fields_of_our_own_name_go_whoever_wrote_them() -> None:
    message = _message(f"From: {ANNA}\r\nX-LIVERY-auth: v1\r\n folded\r\nX-Livery-Foo: 1")
    assert b"livery" not in message.lower()
    assert b"folded" not in message


def test_no_bare_line_end_is_stored() -> None:
    message = _message(f"From: {ANNA}")
    assert message.endswith(b"\r\n\r\n.\r\nsmuggled\r\n")
    assert message.count(b"\n") == message.count(b"\r\n")


def test_a_recipient_named_twice_is_delivered_to_once() -> None:
    draft = draft_of(
        _transaction(f"From: {ANNA}", rcpt=("x@a.test", "x@A.Test", "x@a.test", "y@a.test")),
        key=KEY,
        infra_domain="infra.test",
    )
    assert [r.address for r in draft.submission.recipients] == ["x@a.test", "y@a.test"]
    assert draft.submission.from_domain == "xn--mller-kva.test"


def test_the_first_identity_counts_and_not_one_below_it() -> None:
    transaction = _transaction(f"From: {ANNA}")
    forged = Transaction(
        mail=transaction.mail,
        recipients=transaction.recipients,
        message=b"X-Livery-Auth: v1\r\n" + transaction.message,
    )
    with pytest.raises(NotAccepted, match="malformed"):
        draft_of(forged, key=KEY, infra_domain="infra.test")


def test_a_bare_cr_or_nul_cannot_hide_a_second_from() -> None:
    message = _message(f"From: {ANNA}\r\nSubject: x\rFrom: evil@x.test")
    assert b"Subject: x From: evil@x.test\r\n" in message
    with pytest.raises(NotAccepted):
        _message(f"From: {ANNA}\r\nFr\0om: evil@x.test")


def test_a_device_that_names_no_author_sends_as_its_sender() -> None:
    assert f"From: <{ANNA}>\r\n".encode() in _message("Subject: scan")


def test_another_author_is_told_to_who_can_look_the_name_up() -> None:
    made = draft_of(_transaction(f"From: {ANNA}, Ben@x.test"), key=KEY, infra_domain="infra.test")
    assert made.other_names == {"ben@x.test"}


REFUSED = {
    "two From": (f"From: {ANNA}\r\nfrom: {ANNA}", 550, "5.7.1"),
    "no address": ("From: Anna", 550, "5.7.1"),
    "loop": (f"From: {ANNA}\r\n" + "Received: by x\r\n" * 101, 550, "5.4.6"),
    "fields": (f"From: {ANNA}\r\n" + "X: y\r\n" * 2000, 552, "5.3.4"),
    "a hundred thousand fields": (f"From: {ANNA}\r\n" + "X: y\r\n" * 100_000, 552, "5.3.4"),
    "a long field": (f"From: {ANNA}\r\nTo: " + "x" * 59_000, 552, "5.3.4"),
    "a folded field": (f"From: {ANNA}\r\nTo: x" + "\r\n x" * 200_000, 552, "5.3.4"),
    "all of it": (f"From: {ANNA}\r\n" + ("To: " + "x" * 50_000 + "\r\n") * 20, 552, "5.3.4"),
}


@pytest.mark.parametrize(("head", "code", "enhanced"), REFUSED.values(), ids=REFUSED.keys())
def test_what_may_not_go_on_is_refused_while_the_client_waits(
    head: str, code: int, enhanced: str
) -> None:
    with pytest.raises(NotAccepted) as refused:
        _message(head)
    assert (refused.value.answer.code, refused.value.answer.enhanced) == (code, enhanced)


def test_a_long_way_and_a_rich_header_are_no_fault() -> None:
    head = (
        f"From: {ANNA}\r\n"
        + "Received: by x\r\n" * 100
        + "X: y\r\n" * 1800
        + "To: "
        + "x " * 20_000
    )
    assert head.encode()[:1000] in _message(head)


def test_odd_bytes_in_the_body_are_no_fault_of_the_header() -> None:
    assert _message(f"From: {ANNA}\r\n\r\na\rb\0").endswith(
        b"\r\n\r\na\r\nb\r\n\r\n.\r\nsmuggled\r\n"
    )


#: As Postfix writes it below the identity; the HELO is the client's.
TRACE = "Received: from {helo} (unknown [192.0.2.7])\r\n\tby smtp.infra.test (Postfix) with ESMTPSA\r\n\tfor <x@a.test>; now\r\n"


@pytest.mark.parametrize("helo", ["pc", "a b", "(x [y])", "[1.2.3.4] (pc", "h" * 1900, " h" * 900])
def test_nobody_learns_from_where_it_was_sent(helo: str) -> None:
    message = _message(TRACE.format(helo=helo) + f"From: {ANNA}")
    trace, _, rest = message.partition(b"\r\nReceived: ")[2].partition(b"\r\n")
    assert trace == b"from submission (authenticated)"
    assert rest.startswith(
        b"\tby smtp.infra.test (Postfix) with ESMTPSA\r\n\tfor <x@a.test>; now\r\nFrom:"
    )
    assert b"192.0.2.7" not in message


def test_trace_fields_that_the_client_brought_along_lose_its_address() -> None:
    theirs = "RECEIVED: from pc (pc.lan [10.0.0.1])\r\n\tby lan; now\r\nReceived: by lan; now\r\n"
    message = _message(TRACE.format(helo="pc") + theirs + f"From: {ANNA}")
    assert b"10.0.0.1" not in message
    assert message.count(b"Received: from submission (authenticated)") == 2
    assert b"\r\nReceived: by lan; now\r\n" in message


def test_our_trace_is_no_hop_of_the_client() -> None:
    assert _message(TRACE.format(helo="pc") + "Received: by x\r\n" * 100 + f"From: {ANNA}")


def test_what_only_the_envelope_may_say_goes() -> None:
    fields = "Bcc: b@x.test\r\nResent-Bcc: c@x.test\r\nReturn-Path: <d@x.test>\r\nContent-Length: 7"
    message = _message(f"From: {ANNA}\r\n{fields}")
    assert message.count(b"\r\nFrom: ") == 1
    for name in (b"bcc", b"return-path", b"content-length", b"x.test"):
        assert name not in message.lower()


@pytest.mark.parametrize(
    ("head", "mail", "wish"),
    [
        ("Subject: x", "", None),
        ("TLS-Required: no ", "", False),
        ("TLS-Required: yes", "", None),
        ("TLS-Required: No\r\nTLS-Required: No", "", None),
        ("TLS-Required: No", " REQUIRETLS", True),
    ],
)
def test_the_wish_for_tls_is_kept(head: str, mail: str, wish: bool | None) -> None:
    transaction = _transaction(f"From: {ANNA}\r\n{head}", mail=mail)
    assert draft_of(transaction, key=KEY, infra_domain="infra.test").submission.require_tls is wish
