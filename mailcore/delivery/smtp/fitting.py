"""What a message needs and a server does not offer: made to fit, or sent back."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailcore.delivery.smtp.envelope import Answer, Envelope
from mailcore.protocol import requiretls, smtp_commands

_NO_8BIT = (
    "the server takes 7-bit text only (no 8BITMIME): send the message again, encoded as"
    " quoted-printable or base64; most mail programs have a setting for it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What is known of the server: its extensions, and whether TLS has proven who it is."""

    offers: Mapping[str, str]
    is_lmtp: bool = False
    is_proven: bool = False


def refused(envelope: Envelope, *, content: bytes, server: Server) -> dict[str, Answer]:
    """An answer for each recipient that the message cannot be sent to over this session."""
    whole = None if server.is_lmtp else _missing(envelope, content, server)
    if whole is None and not smtp_commands.is_path(envelope.sender):
        whole = _bounce("5.1.7", "the sender's address cannot be sent")
    answers: dict[str, Answer] = {}
    for recipient in envelope.recipients:
        answer = whole or _address_missing(recipient.address, server)
        if answer is not None:
            answers[recipient.address] = answer
    return answers


def path(address: str, *, server: Server) -> str:
    """The address as this server takes it."""
    if "SMTPUTF8" in server.offers or server.is_lmtp:
        return address
    return smtp_commands.in_ascii(address) or address


def needs_smtputf8(envelope: Envelope, *, content: bytes) -> bool:
    """Whether more than domains is outside US-ASCII; those have another form (RFC 6531 §3.2)."""
    if not envelope.is_smtputf8:
        return False
    head, _, _ = content.partition(b"\r\n\r\n")
    return not head.isascii() or smtp_commands.in_ascii(envelope.sender) is None


def _missing(envelope: Envelope, content: bytes, server: Server) -> Answer | None:
    offers, limit = server.offers, server.offers.get("SIZE", "")
    if "SMTPUTF8" not in offers and needs_smtputf8(envelope, content=content):
        return _bounce(
            "5.6.7",
            "the server takes no letters beyond ASCII in the header or the sender's address (SMTPUTF8)",
        )
    if envelope.is_8bit and "8BITMIME" not in offers:
        return _bounce("5.6.3", _NO_8BIT)
    if limit.isdigit() and 0 < int(limit) < len(content):
        return _bounce("5.3.4", f"the message has {len(content)} bytes, the server takes {limit}")
    match requiretls.ruling(
        envelope.requires_tls, is_offered="REQUIRETLS" in offers, is_proven=server.is_proven
    ):
        case "unsupported":
            return _bounce("5.7.30", "REQUIRETLS support required")
        case "unproven":
            return _bounce("5.7.10", "the sender wants TLS that proves the server")
        case "send":
            return None


def _address_missing(address: str, server: Server) -> Answer | None:
    if not smtp_commands.is_path(address):
        return _bounce("5.1.3", "the address cannot be sent")
    if server.is_lmtp or "SMTPUTF8" in server.offers:
        return None
    if smtp_commands.in_ascii(address) is None:
        return _bounce(
            "5.6.7",
            "the server takes no letters beyond ASCII before the @ (SMTPUTF8): ask for another address",
        )
    return None


def _bounce(enhanced: str, text: str) -> Answer:
    return Answer(verdict="bounced", phase="ehlo", code=554, enhanced=enhanced, text=text)
