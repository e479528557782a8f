"""What acceptance makes of a message that the milter vouched for."""

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


def test_a_bare_cr_cannot_hide_a_second_from() -> None:
    message = _message(f"From: {ANNA}\r\nSubject: x\rFrom: evil@x.test")
    assert b"Subject: x From: evil@x.test\r\n" in message


def test_a_recipient_named_twice_is_delivered_to_once() -> None:
    draft = draft_of(
        _transaction(f"From: {ANNA}", rcpt=("x@a.test", "x@A.Test", "x@a.test", "y@a.test")),
        key=KEY,
        infra_domain="infra.test",
    )
    assert [r.address for r in draft.submission.recipients] == ["x@a.test", "y@a.test"]
    assert draft.submission.from_domain == "xn--mller-kva.test"


@pytest.mark.parametrize(
    "head", ["Subject: no From", "From: ben@x.test", f"From: {ANNA}\r\nFrom: {ANNA}"]
)
def test_the_senders_right_is_judged_again(head: str) -> None:
    with pytest.raises(NotAccepted):
        _message(head)


def test_the_first_identity_counts_and_not_one_below_it() -> None:
    transaction = _transaction(f"From: {ANNA}")
    forged = Transaction(
        mail=transaction.mail,
        recipients=transaction.recipients,
        message=b"X-Livery-Auth: v1\r\n" + transaction.message,
    )
    with pytest.raises(NotAccepted, match="malformed"):
        draft_of(forged, key=KEY, infra_domain="infra.test")


def _refusals(head: str) -> set[str]:
    draft = draft_of(_transaction(head), key=KEY, infra_domain="infra.test")
    return {r.refusal.enhanced if r.refusal else "" for r in draft.submission.recipients}


def test_a_loop_and_a_header_without_end_are_taken_and_refused_for_good() -> None:
    start = f"From: {ANNA}\r\n"
    assert _refusals(start + "Received: by x\r\n" * 106) == {"5.4.6"}
    assert _refusals(start + "X: y\r\n" * 2010) == {"5.3.4"}
    assert _refusals(start + "Received: by x\r\n" * 100 + "X: y\r\n" * 1800) == {""}


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
