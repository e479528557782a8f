"""Values as providers write them down, into ours and back."""

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from kernel.dns.answers import as_text
from mailcore.zones.adapters.rdata import rdata_of

_HOSTS = frozenset({"CNAME", "MX", "NS", "SRV"})


def beside(kind: str, value: str) -> tuple[str, int]:
    """A value for those that keep the first number of MX and SRV in a field of its own."""
    if kind not in {"MX", "SRV"}:
        return value, 0
    priority, _, rest = value.partition(" ")
    return rest, int(priority)


def joined(kind: str, content: str, priority: object = None) -> str:
    """The same back, as `kernel.dns.answers.as_text` reads it from the wire.

    A service of four words has its priority already.
    """
    if kind == "TXT":
        return unquoted(content)
    text = " ".join(content.split()).lower()
    if kind in _HOSTS and not text.endswith(" ."):
        text = text.rstrip(".")
    if kind == "MX":
        return f"{int(str(priority or 0))} {text or '.'}"
    if kind == "SRV" and len(text.split()) == 3:
        return f"{int(str(priority or 0))} {text}"
    return text


def written(kind: str, value: str) -> str:
    """A value as in a zone file: hosts end with a dot, texts stand in quotation marks."""
    return rdata_of(kind, value).to_text()


def read(kind: str, text: str, *, zone: str) -> str:
    """The same back; hosts without a dot are names of the zone."""
    if kind == "TXT":
        return unquoted(text)
    try:
        return as_text(
            dns.rdata.from_text(
                dns.rdataclass.IN,
                dns.rdatatype.from_text(kind),
                text,
                origin=dns.name.from_text(zone),
                relativize=False,
            )
        )
    except (dns.exception.DNSException, ValueError):
        return text.lower()  # a type of the provider's own


def unquoted(content: str) -> str:
    """A TXT value that may or may not be written as quoted strings."""
    if not content.startswith('"'):
        return content
    try:
        return as_text(dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, content))
    except dns.exception.DNSException:
        # One string of more than 255 bytes: whoever keeps those escapes nothing in them.
        return content[1:-1] if content.endswith('"') else content


def below(name: str, *, zone: str) -> str:
    """The part of a name below its zone; empty for the zone itself."""
    return "" if name == zone else name.removesuffix(f".{zone}")


def full(label: str, *, zone: str) -> str:
    """The name of a label of the zone; providers write the zone itself as nothing or `@`."""
    return zone if label in {"", "@"} else f"{label}.{zone}".lower()
