"""SMTP and LMTP replies: reading them, and what they mean for a recipient (RFC 5321 §4.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LINE = re.compile(r"^([2-5][0-9]{2})(?:([ -])(.*))?$", re.DOTALL)
_ENHANCED = re.compile(r"^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s+|$)")

#: A server that sends more than this in one reply is not speaking SMTP.
MAX_LINES = 128
MAX_LINE = 4096


class MalformedReply(ValueError):
    """What came is not an SMTP reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply: code, enhanced status code (RFC 2034; empty when none) and the text lines."""

    code: int
    enhanced: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The reply in one line, as shown to people and kept in the attempt."""
        return " ".join([str(self.code), *filter(None, [self.enhanced]), *self.lines]).strip()

    @property
    def is_positive(self) -> bool:
        """2xx."""
        return 200 <= self.code < 300

    @property
    def is_permanent(self) -> bool:
        """5xx: trying the same again is of no use."""
        return self.code >= 500


def is_last(line: str) -> bool:
    """Whether this is the last line of its reply (`250 `, not `250-`)."""
    found = _LINE.match(line)
    if not found:
        raise MalformedReply(line[:80])
    return found.group(2) != "-"


def parse(lines: Sequence[str]) -> Reply:
    """A reply out of its lines without line ends; raises MalformedReply."""
    code, texts, enhanced = "", [], ""
    for line in lines:
        found = _LINE.match(line)
        if not found or (code and found.group(1) != code):
            raise MalformedReply(line[:80])
        code = found.group(1)
        text = found.group(3) or ""
        status = _ENHANCED.match(text)
        if status and status.group(1)[0] == code[0]:
            enhanced = enhanced or status.group(1)
            text = text[status.end() :]
        texts.append(text)
    if not code:
        raise MalformedReply("empty")
    return Reply(code=int(code), enhanced=enhanced, lines=tuple(texts))
