"""What a server of mail answers, and where LMTP and ESMTP differ."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply of ours: code, enhanced status code (RFC 2034) and text."""

    code: int
    enhanced: str
    text: str

    def line(self) -> bytes:
        """The reply on one line."""
        return f"{self.code} {self.enhanced} {self.text}\r\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """Where the two protocols differ: names, what follows the dot, and what is too big."""

    name: str
    hello: str
    answers_each: bool
    too_big: Answer


_TOO_BIG = "Message is bigger than this system takes"
#: 4xx and not RFC 1870's 552: a 5xx would make Postfix write the bounce, under its own name.
LMTP = Dialect(
    name="LMTP",
    hello="LHLO",
    answers_each=True,
    too_big=Answer(code=452, enhanced="4.3.4", text=_TOO_BIG),
)
#: What Postfix's smtpd_proxy_filter speaks, while its client waits.
ESMTP = Dialect(
    name="ESMTP",
    hello="EHLO",
    answers_each=False,
    too_big=Answer(code=552, enhanced="5.3.4", text=_TOO_BIG),
)
