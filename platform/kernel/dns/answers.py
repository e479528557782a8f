"""What the authoritative servers of a name said."""

from dataclasses import dataclass

import dns.flags
import dns.rcode
import dns.rdatatype
from dns.message import Message
from dns.name import Name
from dns.rdata import Rdata
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TXT import TXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A name server at one of its addresses; `address` is empty when none is known."""

    name: str
    address: str

    @property
    def is_v6(self) -> bool:
        """Whether it is an IPv6 address."""
        return ":" in self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One server's word on a question.

    `failure` is empty for an authoritative answer, else timeout, unreachable, malformed, lame,
    no_address, private_address, not_asked (IPv6, which this host does not have) or a response
    code in lower case.
    """

    server: Server
    values: tuple[str, ...] = ()
    exists: bool = True
    alias: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All replies to one question; `zone` is where the name's zone begins.

    `followed` are the aliases that led to it from the name that was asked for, first one first.
    """

    zone: str
    replies: tuple[Reply, ...]
    followed: tuple[str, ...] = ()

    @property
    def heard(self) -> tuple[Reply, ...]:
        """The replies that are authoritative answers."""
        return tuple(reply for reply in self.replies if not reply.failure)

    @property
    def asked(self) -> tuple[Reply, ...]:
        """The replies of servers that this host can ask."""
        return tuple(reply for reply in self.replies if reply.failure != "not_asked")

    @property
    def agreed(self) -> bool:
        """Whether at least one server answered and all that did say the same."""
        said = {(reply.values, reply.exists, reply.alias) for reply in self.heard}
        return len(said) == 1


def read(message: Message, *, name: Name, rdtype: RdataType, server: Server) -> Reply:
    """A reply out of a message that is no referral."""
    code = message.rcode()
    if code not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        return Reply(server=server, failure=dns.rcode.to_text(code).lower())
    if not message.flags & dns.flags.AA:
        return Reply(server=server, failure="lame")
    values = [
        as_text(rdata)
        for rrset in message.answer
        if rrset.name == name and rrset.rdtype == rdtype
        for rdata in rrset
    ]
    aliases = [
        rdata.target.to_text(omit_final_dot=True).lower()
        for rrset in message.answer
        if rrset.name == name and rrset.rdtype == dns.rdatatype.CNAME
        for rdata in rrset
    ]
    return Reply(
        server=server,
        values=tuple(sorted(values)),
        exists=code == dns.rcode.NOERROR,
        alias=aliases[0] if aliases and not values else "",
    )


def as_text(rdata: Rdata) -> str:
    """TXT as one text, MX as `priority host`, the rest as in a zone file; no trailing dots.

    What is no text, or a NUL, which PostgreSQL does not store, is read as U+FFFD.
    """
    if isinstance(rdata, TXT):
        return b"".join(rdata.strings).decode("utf-8", "replace").replace("\0", "\ufffd")
    if isinstance(rdata, MX):
        host = rdata.exchange.to_text().lower()
        return f"{rdata.preference} {host if host == '.' else host.rstrip('.')}"
    return rdata.to_text().lower().rstrip(".")
