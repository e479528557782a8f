"""What a mail program asks for when its owner typed nothing but an address."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One way in: `socket` is SSL (TLS from the first byte) or STARTTLS."""

    kind: str
    host: str
    port: int
    socket: str


def servers(*, imap_host: str, smtp_host: str) -> list[Server]:
    """Best first (RFC 8314 §3: TLS from the first byte before STARTTLS)."""
    return [
        Server(kind="imap", host=imap_host, port=993, socket="SSL"),
        Server(kind="pop3", host=imap_host, port=995, socket="SSL"),
        Server(kind="smtp", host=smtp_host, port=465, socket="SSL"),
        Server(kind="smtp", host=smtp_host, port=587, socket="STARTTLS"),
    ]


def autoconfig(offered: list[Server], *, domain: str, display_name: str) -> bytes:
    """The clientConfig document, version 1.1, of Mozilla's autoconfiguration format."""
    root = Element("clientConfig", version="1.1")
    provider = SubElement(root, "emailProvider", id=domain)
    _text(provider, "domain", domain)
    _text(provider, "displayName", display_name)
    _text(provider, "displayShortName", display_name)
    for server in offered:
        tag = "outgoingServer" if server.kind == "smtp" else "incomingServer"
        entry = SubElement(provider, tag, type=server.kind)
        _text(entry, "hostname", server.host)
        _text(entry, "port", str(server.port))
        _text(entry, "socketType", server.socket)
        _text(entry, "username", "%EMAILADDRESS%")
        _text(entry, "authentication", "password-cleartext")
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _text(parent: Element, tag: str, value: str) -> None:
    SubElement(parent, tag).text = value
