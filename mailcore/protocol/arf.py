"""What a complaint says (RFC 5965, ARF); anybody may have written it."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

_REPORT = "message/feedback-report"
_ORIGINALS = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"})
#: Fields of the report and of the reported message in which a reference of ours may stand.
_OF_REPORT = ("Original-Mail-From",)
_OF_ORIGINAL = ("CFBL-Feedback-ID", "Return-Path")
_LONGEST = 400
_MOST_REFERENCES = 12
_MOST_PARTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackReport:
    """The type in lower case, who reports, and texts among which our reference may be."""

    feedback_type: str
    user_agent: str
    references: tuple[str, ...]


def report_in(message: bytes) -> FeedbackReport | None:
    """The report; None when the message is none.

    The reported recipient is mostly redacted: `references` are what to look for instead, the
    complaint's own identifier (RFC 9477) and the return path of the reported message.
    """
    try:
        return _report_of(message_from_bytes(message))
    except (RecursionError, TypeError, ValueError, LookupError):
        # As in `dsn_reader`: what Python's parser gives up on is no report that anybody means.
        return None


def _report_of(message: "Message[str, str]") -> FeedbackReport | None:
    report: Message[str, str] | None = None
    references: list[str] = []
    for _, part in zip(range(_MOST_PARTS), message.walk(), strict=False):
        kind = part.get_content_type()
        if kind == _REPORT and report is None:
            report = _inner(part)
            references += _values(report, _OF_REPORT) if report is not None else ()
        elif kind in _ORIGINALS and report is not None:
            original = _inner(part)
            references += _values(original, _OF_ORIGINAL) if original is not None else ()
    if report is None:
        return None
    return FeedbackReport(
        feedback_type=_line(report.get("Feedback-Type", "")).lower(),
        user_agent=_line(report.get("User-Agent", "")),
        references=tuple(references[:_MOST_REFERENCES]),
    )


def _inner(part: "Message[str, str]") -> "Message[str, str] | None":
    """The fields inside a part, which Python parses for message/* and leaves as text for text/*."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload and isinstance(payload[0], Message) else None
    content = part.get_payload(decode=True)
    return message_from_bytes(content) if isinstance(content, bytes) else None


def _values(fields: "Message[str, str]", names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        for value in fields.get_all(name, [])[:3]:
            yield _line(value).strip("<> ")


def _line(value: object) -> str:
    text = " ".join(str(value).split())[:_LONGEST]
    return "".join(c for c in text if c.isprintable()).encode("utf-8", "replace").decode()
