"""Postfix's policy delegation without I/O: who may name this sender, and which login it is.

Asked at MAIL of a submission. The answer puts the identity header on top of the message that is to
come, before anything the client sends, or refuses the sender in the session.
"""

from collections.abc import Callable

from mailcore.protocol import identity, sender_rule

MAX_REQUEST = 1 << 16
_END = b"\n\n"
#: Nobody is logged in: Postfix's next rule refuses.
_NO_OPINION = b"action=DUNNO\n\n"


class MalformedRequest(ValueError):
    """What came is not a policy request; the connection cannot be kept."""


class PolicySession:
    """One connection of the mail server; a connection carries many requests."""

    def __init__(self, *, key: bytes, now: Callable[[], int], nonce: Callable[[], bytes]) -> None:
        self._key, self._now, self._nonce = key, now, nonce
        self._buffer = b""

    def receive(self, data: bytes) -> bytes:
        """Take bytes, give the answers to whole requests; raises MalformedRequest."""
        *requests, self._buffer = (self._buffer + data).split(_END)
        if len(self._buffer) > MAX_REQUEST:
            raise MalformedRequest("a request without end")
        return b"".join(self._answer(_attributes(request)) for request in requests)

    def _answer(self, given: dict[str, str]) -> bytes:
        if given.get("request") != "smtpd_access_policy" or "sender" not in given:
            raise MalformedRequest("not a question about a sender")
        # MAIL only: a header that is put on top twice would be the first one's word for the second.
        login = given.get("sasl_username", "").lower()
        if not login or given.get("protocol_state") != "MAIL":
            return _NO_OPINION
        sender = given["sender"]  # out of its quotes
        fault = sender_rule.fault_of_envelope(login=login, envelope_from=sender)
        if fault is not None:
            return f"action=550 5.7.1 {fault}\n\n".encode()
        value = identity.vouch(
            key=self._key, login=login, envelope_from=sender, at=self._now(), nonce=self._nonce()
        )
        return f"action=PREPEND {identity.HEADER}: {value}\n\n".encode()


def _attributes(request: bytes) -> dict[str, str]:
    """The lines `name=value`; what is named twice is not understood."""
    given: dict[str, str] = {}
    for line in request.split(b"\n"):
        name, separator, value = line.decode("utf-8", "replace").partition("=")
        if not separator or name in given:
            raise MalformedRequest(f"attribute {name[:40]!r} is twice there, or has no value")
        given[name] = value
    return given
