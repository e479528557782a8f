"""Write zones by DNS UPDATE (RFC 2136), signed with TSIG (RFC 8945)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.update

from kernel.crypto import Secret
from kernel.dns.answers import as_text
from mailcore.domains.ports import ZoneBusy, ZoneRefused
from mailcore.protocol.dns_plan import Change
from mailcore.protocol.zone_file import quoted

_TIMEOUT = 5.0
#: Answers that the same request may not get again in a minute, and their codes.
_PASSING = {
    dns.rcode.SERVFAIL: "dns_update.server_failed",
    dns.rcode.NXRRSET: "dns_update.changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsUpdate:
    """A zone editor for one server and one TSIG key; `secret` is base64."""

    address: str
    port: int
    key_name: str
    algorithm: str
    secret: Secret

    def zone_of(self, name: str) -> str:
        """The owner of the SOA record that the server gives for the name."""
        reply = self._ask(name, "SOA")
        for rrset in [*reply.answer, *reply.authority]:
            if rrset.rdtype == dns.rdatatype.SOA and reply.flags & dns.flags.AA:
                return rrset.name.to_text(omit_final_dot=True)
        raise ZoneRefused("dns_update.not_zone")

    def read(self, name: str, rdtype: str) -> list[str]:
        """The values that the server has now."""
        return [as_text(rdata) for rdata in self._stored(name, rdtype)]

    def apply(self, zone: str, changes: Sequence[Change]) -> None:
        """One signed UPDATE; a record set of which we remove something must not have changed."""
        update = dns.update.UpdateMessage(zone)
        update.use_tsig(self._keyring(), keyname=self.key_name, algorithm=self.algorithm)
        removals = [change for change in changes if not change.add]
        for place in sorted({(change.name, change.type) for change in removals}):
            self._remove(update, place, [c.value for c in removals if (c.name, c.type) == place])
        for change in changes:
            if change.add:
                update.add(dns.name.from_text(change.name), change.ttl, _rdata(change))
        _raise_for(self._send(update).rcode())

    def _remove(
        self, update: dns.update.UpdateMessage, place: tuple[str, str], values: Sequence[str]
    ) -> None:
        """Remove records as the server has them: a text may be cut into strings in many ways."""
        stored = self._stored(*place)
        owner = dns.name.from_text(place[0])
        gone = [rdata for rdata in stored if as_text(rdata) in values]
        if len(gone) < len(values):
            raise ZoneBusy("dns_update.changed")
        for rdata in stored:
            update.present(owner, rdata)  # RFC 2136 §2.4.2 compares the whole record set
        for rdata in gone:
            update.delete(owner, rdata)

    def _stored(self, name: str, rdtype: str) -> list[dns.rdata.Rdata]:
        owner, kind = dns.name.from_text(name), dns.rdatatype.from_text(rdtype)
        return [
            rdata
            for rrset in self._ask(name, rdtype).answer
            if rrset.name == owner and rrset.rdtype == kind
            for rdata in rrset
        ]

    def _ask(self, name: str, rdtype: str) -> dns.message.Message:
        query = dns.message.make_query(name, rdtype, flags=0)
        query.use_tsig(self._keyring(), keyname=self.key_name, algorithm=self.algorithm)
        reply = self._send(query)
        if reply.rcode() != dns.rcode.NXDOMAIN:
            _raise_for(reply.rcode())
        return reply

    def _keyring(self) -> dict[dns.name.Name, dns.tsig.Key]:
        name = dns.name.from_text(self.key_name)
        return {name: dns.tsig.Key(name, self.secret, self.algorithm)}

    def _send(self, query: dns.message.Message) -> dns.message.Message:
        with _translated():
            return dns.query.tcp(query, self.address, port=self.port, timeout=_TIMEOUT)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except dns.tsig.PeerBadTime as error:
        raise ZoneBusy("dns_update.bad_time") from error
    except (dns.tsig.PeerError, dns.tsig.BadSignature, dns.message.UnknownTSIGKey) as error:
        raise ZoneRefused("dns_update.bad_key") from error
    except (dns.exception.Timeout, TimeoutError) as error:
        raise ZoneBusy("dns_update.timeout") from error
    except (OSError, EOFError) as error:
        raise ZoneBusy("dns_update.unreachable") from error
    except dns.exception.FormError as error:
        # dnspython says so of a reply without a signature too: anybody could have sent it.
        raise ZoneRefused("dns_update.unsigned") from error
    except dns.exception.DNSException as error:
        raise ZoneRefused("dns_update.malformed") from error


def _raise_for(code: dns.rcode.Rcode) -> None:
    if code == dns.rcode.NOERROR:
        return
    if code in _PASSING:
        raise ZoneBusy(_PASSING[code])
    if code in {dns.rcode.NOTZONE, dns.rcode.NOTAUTH}:
        raise ZoneRefused("dns_update.not_zone")
    raise ZoneRefused("dns_update.refused")


def _rdata(change: Change) -> dns.rdata.Rdata:
    kind = dns.rdatatype.from_text(change.type)
    # MX, SRV and CNAME end with a host.
    text = quoted(change.value) if change.type == "TXT" else f"{change.value.rstrip('.')}."
    return dns.rdata.from_text(dns.rdataclass.IN, kind, text)
