"""Microsoft's Autodiscover for programs that speak IMAP, POP3 and SMTP (MS-OXDSCLI).

Both ways are answered: the older one, an XML document posted to the host, and the newer one, which asks
by a GET where that document is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from mailcore.protocol.client_settings import Server

_ASKED = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
_ANSWER = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
#: The settings of mail programs; others (ActiveSync's) are for servers that we are not.
SETTINGS = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
#: MS-OXDSCLI §2.2.4.1.1.1: the request cannot be understood; we have no such settings.
INVALID_REQUEST, NO_PROVIDER = 600, 601
LARGEST_REQUEST = 20_000  # octets; Outlook's own is 400
_TYPES = {"imap": "IMAP", "pop3": "POP3", "smtp": "SMTP"}


class InvalidRequest(ValueError):
    """What was posted is no Autodiscover request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """For which address a program asks, and which kind of answer it can read."""

    address: str
    schema: str


def read(raw: bytes) -> Request:
    """The posted request; raises InvalidRequest, also for one with a DTD."""
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InvalidRequest(str(error)) from error
    found = root.find(f"{{{_ASKED}}}Request")
    if found is None:
        raise InvalidRequest("there is no Request")
    address = (found.findtext(f"{{{_ASKED}}}EMailAddress") or "").strip()
    schema = (found.findtext(f"{{{_ASKED}}}AcceptableResponseSchema") or SETTINGS).strip()
    return Request(address=address, schema=schema)


def settings(offered: Sequence[Server], *, address: str, display_name: str) -> bytes:
    """The document with the servers, the best of each kind first; the login is the whole address."""
    root = Element("Autodiscover", xmlns=_ANSWER)
    response = SubElement(root, "Response", xmlns=SETTINGS)
    _text(SubElement(response, "User"), "DisplayName", display_name)
    account = SubElement(response, "Account")
    _text(account, "AccountType", "email")
    _text(account, "Action", "settings")
    for server in offered:
        _protocol(account, server, address)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _protocol(account: Element, server: Server, address: str) -> None:
    entry = SubElement(account, "Protocol")
    _text(entry, "Type", _TYPES[server.kind])
    _text(entry, "Server", server.host)
    _text(entry, "Port", str(server.port))
    _text(entry, "LoginName", address)
    _text(entry, "DomainRequired", "off")
    _text(entry, "SPA", "off")
    _text(entry, "SSL", "on")
    # SSL alone would mean TLS from the first byte to some versions and STARTTLS to others.
    _text(entry, "Encryption", "SSL" if server.socket == "SSL" else "TLS")
    _text(entry, "AuthRequired", "on")
    if server.kind == "smtp":
        _text(entry, "UsePOPAuth", "on")
        _text(entry, "SMTPLast", "off")


def refusal(code: int, message: str) -> bytes:
    """An answer without settings; `code` is INVALID_REQUEST or NO_PROVIDER."""
    root = Element("Autodiscover", xmlns=_ANSWER)
    error = SubElement(SubElement(root, "Response"), "Error")
    _text(error, "ErrorCode", str(code))
    _text(error, "Message", message)
    _text(error, "DebugData", "")
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _text(parent: Element, tag: str, value: str) -> None:
    SubElement(parent, tag).text = value
