"""MAIL and RCPT with the parameters that this server knows (RFC 1870, 3461, 6152, 6531, 8689)."""

from collections.abc import Iterator, Sequence

from mailcore.delivery.smtp import fitting
from mailcore.delivery.smtp.envelope import Envelope
from mailcore.delivery.smtp.fitting import Server
from mailcore.protocol import smtp_commands
from mailcore.protocol.smtp_arguments import EnvelopeRecipient


def commands(
    envelope: Envelope,
    recipients: Sequence[EnvelopeRecipient],
    *,
    content: bytes,
    server: Server,
) -> list[bytes]:
    """MAIL, then RCPT for each of `recipients`."""
    sender = fitting.path(envelope.sender, server=server)
    mail = smtp_commands.mail(sender, parameters=_of_mail(envelope, content, server))
    return [mail, *(_rcpt(recipient, server) for recipient in recipients)]


def _of_mail(envelope: Envelope, content: bytes, server: Server) -> Iterator[str]:
    if "SIZE" in server.offers:
        yield f"SIZE={len(content)}"
    if envelope.is_8bit and "8BITMIME" in server.offers:
        yield "BODY=8BITMIME"
    if envelope.is_smtputf8 and "SMTPUTF8" in server.offers:
        yield "SMTPUTF8"
    if envelope.requires_tls and "REQUIRETLS" in server.offers:
        yield "REQUIRETLS"
    if "DSN" in server.offers:
        if envelope.ret:
            yield f"RET={envelope.ret}"
        if envelope.envid:
            yield f"ENVID={envelope.envid}"


def _rcpt(recipient: EnvelopeRecipient, server: Server) -> bytes:
    words = []
    if "DSN" in server.offers and recipient.notify:
        words.append(f"NOTIFY={recipient.notify}")
    # An address that is not ASCII has no form that a server without SMTPUTF8 reads (RFC 6533 §3).
    orcpt = recipient.orcpt or ""
    if "DSN" in server.offers and orcpt and (orcpt.isascii() or "SMTPUTF8" in server.offers):
        words.append(f"ORCPT={orcpt}")
    return smtp_commands.rcpt(fitting.path(recipient.address, server=server), parameters=words)
