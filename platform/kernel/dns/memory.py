"""Name servers in memory: for tests, and as the body of a name server that speaks real UDP."""

from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone
from dns.message import Message, QueryMessage

from kernel.dns.ports import NoAnswer, Question

#: What TCP carries (RFC 1035 §4.2.2).
_LARGEST = 65_535


@dataclass(slots=True, kw_only=True)
class MemoryExchange:
    """address → zones it serves; `silent` addresses do not answer, `failing` ones say SERVFAIL."""

    zones: dict[str, list[dns.zone.Zone]]
    silent: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    has_ipv6: bool = False

    async def ask(self, question: Question, *, address: str) -> bytes:
        """The response of the server at this address; raises NoAnswer."""
        query = dns.message.make_query(question.name, question.rdtype, use_edns=0, flags=0)
        self.asked.append((address, query.question[0].to_text()))
        if address in self.silent or address not in self.zones:
            raise NoAnswer("timeout")
        if address in self.failing:
            return _wire(refusal(query, dns.rcode.SERVFAIL))
        return _wire(answer(query, zones=self.zones[address]))


def zone(origin: str, records: str) -> dns.zone.Zone:
    """A zone from `name type value` lines; SOA and NS are given when the text has none."""
    head = f"$ORIGIN {origin}\n$TTL 60\n"
    soa = "@ SOA ns1.invalid. h.invalid. 1 60 60 60 60\n"
    ns = "" if "@ NS " in records else "@ NS ns1.invalid.\n"
    return dns.zone.from_text(head + soa + ns + records, relativize=False)


def refusal(query: Message, code: dns.rcode.Rcode) -> Message:
    """An empty answer with this code."""
    reply = dns.message.make_response(query)
    reply.set_rcode(code)
    return reply


def answer(query: Message, *, zones: list[dns.zone.Zone]) -> Message:
    """What a server of these zones says: an answer, a referral, NODATA, NXDOMAIN or REFUSED."""
    name, rdtype = query.question[0].name, query.question[0].rdtype
    held = [z for z in zones if z.origin is not None and name.is_subdomain(z.origin)]
    if not held:
        return refusal(query, dns.rcode.REFUSED)
    best = max(held, key=lambda z: len(_origin(z)))
    reply = QueryMessage(id=query.id)
    reply.flags = dns.flags.QR
    reply.question = list(query.question)
    cut = _cut_above(best, name)
    if cut is not None:
        _refer(reply, best, cut)
        return reply
    reply.flags |= dns.flags.AA
    _fill(reply, best, name, rdtype)
    return reply


def _wire(reply: Message) -> bytes:
    """In the order of the zone, so that a test says what it asks first."""
    return reply.to_wire(max_size=_LARGEST, want_shuffle=False)


def _fill(
    reply: Message, held: dns.zone.Zone, name: dns.name.Name, rdtype: dns.rdatatype.RdataType
) -> None:
    for kind in (rdtype, dns.rdatatype.CNAME):
        found = held.get_rrset(name, kind)
        if found is not None:
            reply.answer.append(found)
            return
    if not any(node.is_subdomain(name) for node in held.nodes):
        reply.set_rcode(dns.rcode.NXDOMAIN)


def _cut_above(held: dns.zone.Zone, name: dns.name.Name) -> dns.name.Name | None:
    """The highest delegation on the way from the zone's top to the name."""
    top = len(_origin(held))
    for length in range(top + 1, len(name) + 1):
        part = dns.name.Name(name.labels[-length:])
        if held.get_rdataset(part, dns.rdatatype.NS) is not None:
            return part
    return None


def _refer(reply: Message, held: dns.zone.Zone, cut: dns.name.Name) -> None:
    servers = held.get_rrset(cut, dns.rdatatype.NS)
    assert servers is not None
    reply.authority.append(servers)
    for target in (rdata.target for rdata in servers):
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            glue = held.get_rrset(target, kind)
            if glue is not None:
                reply.additional.append(glue)


def _origin(held: dns.zone.Zone) -> dns.name.Name:
    assert held.origin is not None
    return held.origin
