"""Postfix's policy delegation without I/O: who may name this sender, and which login it is.

Asked at MAIL of a submission. The answer puts the identity header on top of the message that is to
come, before anything the client sends, or refuses the sender in the session.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mailcore.protocol import identity, sender_rule

MAX_REQUEST = 1 << 16
_END = b"\n\n"
#: What Postfix is told when nobody can say: its client tries again.
LATER = b"action=451 4.3.0 The service is not available, please try again later\n\n"
#: Nobody is logged in: Postfix's next rule refuses.
_NO_OPINION = b"action=DUNNO\n\n"


class MalformedRequest(ValueError):
    """What came is not a policy request; the connection cannot be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this login send from there? Without `is_open` the rule has answered it already."""

    login: str
    sender: str
    is_open: bool


class PolicySession:
    """One connection of the mail server; a connection carries many requests."""

    def __init__(self, *, key: bytes, now: Callable[[], int], nonce: Callable[[], bytes]) -> None:
        self._key, self._now, self._nonce = key, now, nonce
        self._buffer = b""

    def receive(self, data: bytes) -> list[Question | None]:
        """Take bytes, give the questions of whole requests, None for one that is none.

        Each wants its `answer`, in order. Raises MalformedRequest.
        """
        *requests, self._buffer = (self._buffer + data).split(_END)
        if len(self._buffer) > MAX_REQUEST:
            raise MalformedRequest("a request without end")
        return [_question(_attributes(request)) for request in requests]

    def answer(self, question: Question | None, *, may: bool) -> bytes:
        """Put the identity on top of the message that is to come, or refuse its sender."""
        if question is None:
            return _NO_OPINION
        if not may:
            return b"action=550 5.7.1 Envelope sender is not yours\n\n"
        value = identity.vouch(
            key=self._key,
            login=question.login,
            envelope_from=question.sender,
            at=self._now(),
            nonce=self._nonce(),
        )
        return f"action=PREPEND {identity.HEADER}: {value}\n\n".encode()


def _question(given: dict[str, str]) -> Question | None:
    if given.get("request") != "smtpd_access_policy" or "sender" not in given:
        raise MalformedRequest("not a question about a sender")
    # MAIL only: a header that is put on top twice would be the first one's word for the second.
    login = given.get("sasl_username", "").lower()
    if not login or given.get("protocol_state") != "MAIL":
        return None
    sender = given["sender"]  # out of its quotes
    is_own = sender_rule.may_leave_as(login=login, envelope_from=sender)
    return Question(login=login, sender=sender, is_open=not is_own)


def _attributes(request: bytes) -> dict[str, str]:
    """The lines `name=value`; what is named twice is not understood."""
    given: dict[str, str] = {}
    for line in request.split(b"\n"):
        name, separator, value = line.decode("utf-8", "replace").partition("=")
        if not separator or name in given:
            raise MalformedRequest(f"attribute {name[:40]!r} is twice there, or has no value")
        given[name] = value
    return given
