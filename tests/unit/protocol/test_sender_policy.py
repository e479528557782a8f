"""Questions about a sender, as Postfix asks them (SMTPD_POLICY_README)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol import identity
from mailcore.protocol.sender_policy import MAX_REQUEST, MalformedRequest, PolicySession

KEY, NOW, ANNA = b"k" * 32, 1_790_000_000, "anna@shop.test"
NO_OPINION = b"action=DUNNO\n\n"


def _session() -> PolicySession:
    return PolicySession(key=KEY, now=lambda: NOW, nonce=lambda: b"12345678")


def _answers(data: bytes, session: PolicySession | None = None) -> bytes:
    """With nobody who allows more than the rule does."""
    session = session or _session()
    asked = session.receive(data)
    return b"".join(session.answer(q, may=q is None or not q.is_open) for q in asked)


def _request(sender: str = ANNA, login: str = ANNA, **changed: str) -> bytes:
    given = {
        "request": "smtpd_access_policy", "protocol_state": "MAIL", "protocol_name": "ESMTP",
        "helo_name": "laptop", "client_address": "127.0.0.1", "sender": sender, "recipient": "",
        "sasl_method": "PLAIN", "sasl_username": login, "sasl_sender": "", "ccert_subject": "",
    } | changed  # fmt: skip
    return "".join(f"{name}={value}\n" for name, value in given.items()).encode() + b"\n"


def _login_of(answer: bytes, envelope_from: str) -> str:
    assert answer.startswith(b"action=PREPEND X-Livery-Auth: ")
    assert answer.endswith(b"\n\n")
    value = answer.decode().strip().partition(": ")[2]
    return identity.check(value, key=KEY, envelope_from=envelope_from, now=NOW).login


@pytest.mark.parametrize(
    ("sender", "path"),
    [
        (ANNA, ANNA),
        ("", ""),
        ("anna+x@shop.test", "anna+x@shop.test"),
        ("Anna@Shop.Test", "anna@shop.test"),
        ("anna@shop.test", '"anna"@shop.test'),  # Postfix tells the sender out of its quotes
    ],
)
def test_an_own_sender_gets_an_identity_that_acceptance_believes(sender: str, path: str) -> None:
    assert _login_of(_answers(_request(sender)), path) == ANNA


def test_an_identity_is_for_one_sender() -> None:
    answer = _answers(_request("anna+x@shop.test"))
    with pytest.raises(identity.IdentityRefused):
        _login_of(answer, ANNA)


@pytest.mark.parametrize(
    "sender", ["ben@shop.test", "anna@evil.test", 'anna@shop.test"@evil.test', "anna", "x+anna@shop.test"]
)  # fmt: skip
def test_another_sender_is_refused_in_the_session(sender: str) -> None:
    assert _answers(_request(sender)) == b"action=550 5.7.1 Envelope sender is not yours\n\n"


def test_without_a_login_or_at_another_time_nobody_gets_an_identity() -> None:
    assert _answers(_request(login="")) == NO_OPINION
    for state in ("CONNECT", "EHLO", "RCPT", "DATA", "END-OF-MESSAGE"):
        assert _answers(_request(protocol_state=state)) == NO_OPINION


def test_one_connection_carries_many_questions_however_they_are_cut() -> None:
    questions = _request() + _request("ben@shop.test") + _request("")
    session = _session()
    answers = b"".join(_answers(questions[n : n + 7], session) for n in range(0, len(questions), 7))
    assert answers == _answers(questions)
    assert answers.count(b"\n\n") == 3


@pytest.mark.parametrize(
    "request_",
    [
        b"\n\n",
        b"GET / HTTP/1.1\n\n",
        _request().replace(b"sender=", b"x=", 1),
        _request().replace(b"smtpd_access_policy", b"other"),
        _request()[:-1] + b"sasl_username=ben@shop.test\n\n",
        b"x" * (MAX_REQUEST + 1),
    ],
)
def test_what_is_no_question_ends_the_connection(request_: bytes) -> None:
    with pytest.raises(MalformedRequest):
        _session().receive(request_)


@given(st.lists(st.binary(max_size=80) | st.just(_request()), max_size=6))
def test_garbage_ends_the_connection_and_nothing_worse(pieces: list[bytes]) -> None:
    session = _session()
    for piece in pieces:
        try:
            session.receive(piece)
        except MalformedRequest:
            return
