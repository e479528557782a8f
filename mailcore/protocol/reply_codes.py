"""What reply codes mean where the words say nothing that we know (RFC 3463, 5321, 7505)."""

from mailcore.protocol.reply_meanings import Classified, Kind, Reason, Scope

_Meaning = tuple[Reason, Kind, Scope]

#: Subject and detail of an enhanced code (RFC 3463 and the registry that it began).
_EXACT: dict[str, _Meaning] = {
    "1.1": ("unknown-recipient", "hard", "recipient"),
    "1.2": ("bad-domain", "hard", "recipient-domain"),
    "1.3": ("unknown-recipient", "hard", "recipient"),
    "1.4": ("unknown-recipient", "soft", "recipient"),
    "1.6": ("inactive-mailbox", "hard", "recipient"),
    "1.7": ("sender-rejected", "block", "sender-domain"),
    "1.8": ("sender-rejected", "block", "sender-domain"),
    # A domain that takes no mail is as sure as a name that nobody has (RFC 7505).
    "1.10": ("no-mail-domain", "hard", "recipient"),
    "2.1": ("inactive-mailbox", "hard", "recipient"),
    "2.2": ("mailbox-full", "soft", "recipient"),
    "2.3": ("too-large", "hard", "content"),
    "2.4": ("recipient-refuses", "soft", "recipient"),
    "3.1": ("server-busy", "soft", "connection"),
    "3.2": ("server-busy", "soft", "connection"),
    "3.3": ("unsupported", "hard", "content"),
    "3.4": ("too-large", "hard", "content"),
    "3.5": ("protocol", "admin", "connection"),
    "4.1": ("no-answer", "soft", "connection"),
    "4.2": ("bad-connection", "soft", "connection"),
    "4.3": ("dns-failure", "soft", "recipient-domain"),
    "4.4": ("routing", "hard", "recipient-domain"),
    "4.5": ("server-busy", "soft", "connection"),
    "4.6": ("routing", "hard", "recipient-domain"),
    "4.7": ("expired", "soft", "recipient-domain"),
    "5.1": ("protocol", "soft", "connection"),
    "5.2": ("protocol", "soft", "connection"),
    "5.3": ("too-many-recipients", "soft", "connection"),
    "5.4": ("protocol", "soft", "connection"),
    "6.1": ("unsupported", "hard", "content"),
    "6.2": ("unsupported", "hard", "content"),
    "6.3": ("unsupported", "hard", "content"),
    "6.6": ("bad-message", "block", "content"),
    "6.7": ("unsupported", "hard", "content"),
    "6.8": ("unsupported", "hard", "content"),
    "6.9": ("unsupported", "hard", "content"),
    "7.2": ("recipient-refuses", "block", "recipient"),
    "7.4": ("tls-required", "admin", "connection"),
    "7.5": ("tls-required", "admin", "connection"),
    "7.7": ("bad-message", "block", "content"),
    "7.8": ("protocol", "admin", "connection"),
    "7.10": ("tls-required", "admin", "connection"),
    "7.11": ("tls-required", "admin", "connection"),
    "7.13": ("inactive-mailbox", "hard", "recipient"),
    "7.17": ("unknown-recipient", "hard", "recipient"),
    "7.18": ("unknown-recipient", "hard", "recipient"),
    "7.20": ("authentication", "auth", "sender-domain"),
    "7.21": ("authentication", "auth", "sender-domain"),
    "7.22": ("authentication", "auth", "sender-domain"),
    "7.23": ("authentication", "auth", "sender-domain"),
    "7.24": ("authentication", "auth", "sender-domain"),
    "7.25": ("reverse-dns", "admin", "source"),
    "7.26": ("authentication", "auth", "sender-domain"),
    # The sender's domain takes no mail itself (RFC 7505 §4.2).
    "7.27": ("sender-rejected", "auth", "sender-domain"),
    "7.28": ("rate-limited", "soft", "source"),
    "7.29": ("authentication", "auth", "sender-domain"),
    "7.30": ("tls-required", "admin", "recipient-domain"),
}
#: Details that servers give for want of a better one.
_VAGUE: dict[str, _Meaning] = {
    "2.0": ("recipient-refuses", "soft", "recipient"),
    "3.0": ("server-busy", "soft", "connection"),
    "4.0": ("routing", "soft", "recipient-domain"),
    "5.0": ("protocol", "soft", "connection"),
    "6.0": ("bad-message", "block", "content"),
    "7.0": ("policy", "block", "content"),
    "7.1": ("policy", "block", "content"),
}
_CODES: dict[int, _Meaning] = {
    421: ("server-busy", "soft", "connection"),
    450: ("recipient-refuses", "soft", "recipient"),
    451: ("server-busy", "soft", "connection"),
    452: ("server-busy", "soft", "connection"),
    454: ("tls-required", "admin", "connection"),
    500: ("protocol", "soft", "connection"),
    501: ("protocol", "soft", "connection"),
    502: ("protocol", "soft", "connection"),
    503: ("protocol", "soft", "connection"),
    504: ("protocol", "soft", "connection"),
    521: ("no-mail-domain", "hard", "recipient-domain"),
    523: ("too-large", "hard", "content"),
    530: ("tls-required", "admin", "connection"),
    535: ("protocol", "admin", "connection"),
    551: ("unknown-recipient", "hard", "recipient"),
    552: ("mailbox-full", "soft", "recipient"),
    553: ("undetermined", "soft", "recipient"),
    555: ("protocol", "soft", "connection"),
    556: ("no-mail-domain", "hard", "recipient"),
    571: ("policy", "block", "content"),
}
#: Where a reply came that says nothing more: whom it is about.
_PHASES: dict[str, Scope] = {
    "dns": "recipient-domain",
    "connect": "connection",
    "ehlo": "connection",
    "starttls": "connection",
    "mail": "sender-domain",
    "rcpt": "recipient",
    "data": "content",
    "dot": "content",
}
#: Nobody answered: why, by how far it came.
_SILENCE: dict[str, _Meaning] = {
    "dns": ("dns-failure", "soft", "recipient-domain"),
    "connect": ("no-answer", "soft", "connection"),
}


def by_exact(enhanced: str) -> Classified | None:
    """The meaning of an `x.y.z` that says something by itself; else None."""
    return _look_up(_EXACT, enhanced)


def by_vague(enhanced: str) -> Classified | None:
    """The meaning of an `x.y.z` that is only better than none; else None."""
    return _look_up(_VAGUE, enhanced)


def by_code(code: int | None, phase: str) -> Classified:
    """The meaning of three digits (None: no reply at all) in a phase; never hard by a guess."""
    if code is None:
        return _classified(_SILENCE.get(phase, ("bad-connection", "soft", "connection")))
    # Before the first recipient a refusal is about the connection, whichever digits it has.
    if phase not in ("connect", "ehlo") and code in _CODES:
        return _classified(_CODES[code])
    scope = _PHASES.get(phase, "recipient")
    return Classified(reason="undetermined", kind="soft", scope=scope)


def _look_up(table: dict[str, _Meaning], enhanced: str) -> Classified | None:
    found = table.get(enhanced.partition(".")[2])
    return _classified(found) if found else None


def _classified(meaning: _Meaning) -> Classified:
    reason, kind, scope = meaning
    return Classified(reason=reason, kind=kind, scope=scope)
