"""Values as texts into records for the wire."""

import dns.rdata
import dns.rdataclass
import dns.rdatatype

from mailcore.protocol.zone_file import quoted

#: Types whose last word is a host name.
_WITH_HOST = frozenset({"CNAME", "MX", "NS", "SRV"})


def rdata_of(kind: str, value: str) -> dns.rdata.Rdata:
    """The record that reads as `value`; raises dns.exception.SyntaxError."""
    text = quoted(value) if kind == "TXT" else value
    if kind in _WITH_HOST:
        text = f"{value.rstrip('.')}."
    return dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), text)
