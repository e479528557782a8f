"""Write zones by DNS UPDATE (RFC 2136), signed with TSIG (RFC 8945)."""

import socket
import time
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
import dns.rrset
import dns.tsig
import dns.tsigkeyring
import dns.update

from kernel.crypto import Secret
from kernel.dns.answers import as_text
from mailcore.protocol.dns_zone import NOTHING, Change, Place, RecordSet, Standing
from mailcore.zones.adapters.rdata import rdata_of
from mailcore.zones.ports import ZoneBusy, ZoneRefused

#: Seconds for one answer, and for everything that one call asks.
_TIMEOUT, _DEADLINE = 5.0, 20.0
#: Answers that the same request may not get again in a minute, and their codes.
_PASSING = {dns.rcode.SERVFAIL: "dns_update.server_failed"}
#: A prerequisite does not hold (RFC 2136 §2.4).
_CHANGED = {dns.rcode.NXRRSET, dns.rcode.YXRRSET, dns.rcode.NXDOMAIN, dns.rcode.YXDOMAIN}
RRsets = dict[Place, dns.rrset.RRset]


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
        with self._line() as line:
            reply = line.ask(name, "SOA")
        for rrset in [*reply.answer, *reply.authority]:
            if rrset.rdtype == dns.rdatatype.SOA and reply.flags & dns.flags.AA:
                return rrset.name.to_text(omit_final_dot=True)
        raise ZoneRefused("dns_update.not_zone")

    def read(self, zone: str, places: Sequence[Place]) -> dict[Place, RecordSet]:
        """One question for each place; what a wildcard made up is left out."""
        with self._line() as line:
            found = self._stored(line, zone, places)
        return {place: _record_set(found.get(place)) for place in places}

    def apply(self, zone: str, changes: Sequence[Change], *, standing: Standing) -> None:
        """One signed UPDATE: all or nothing, and only while the sets are as they were read."""
        with self._line() as line:
            touched = sorted({change.place for change in changes})
            stored = self._stored(line, zone, touched)
            update = self._update(zone)
            for place in touched:
                found = stored.get(place)
                if set(_record_set(found).values) != set(standing.get(place, NOTHING).values):
                    raise ZoneBusy("dns_update.changed")
                _expect(update, place, found)
            for change in changes:
                _add_to(update, change, stored.get(change.place))
            _raise_for(line.send(update).rcode())

    def try_out(self, zone: str) -> None:
        """An UPDATE without changes: the server looks at the key's rights first (RFC 2136 §3.3)."""
        with self._line() as line:
            _raise_for(line.send(self._update(zone)).rcode())

    def _stored(self, line: "_Line", zone: str, places: Sequence[Place]) -> RRsets:
        """The sets that are written in the zone."""
        found: RRsets = {}
        for name, kind in places:
            owner, rdtype = dns.name.from_text(name), dns.rdatatype.from_text(kind)
            for rrset in line.ask(name, kind).answer:
                if rrset.name == owner and rrset.rdtype == rdtype:
                    found[name, kind] = rrset
        if not found or self._exist(line, zone, list(found)):
            return found
        return {place: found[place] for place in found if self._exist(line, zone, [place])}

    def _exist(self, line: "_Line", zone: str, places: Sequence[Place]) -> bool:
        """Whether all of these sets are there themselves: a prerequisite knows no wildcards."""
        probe = self._update(zone)
        for name, kind in places:
            probe.present(dns.name.from_text(name), dns.rdatatype.from_text(kind))
        code = line.send(probe).rcode()
        if code not in _CHANGED:
            _raise_for(code)
        return code == dns.rcode.NOERROR

    def _update(self, zone: str) -> dns.update.UpdateMessage:
        update = dns.update.UpdateMessage(zone)
        update.use_tsig(self._keyring(), keyname=self.key_name, algorithm=self.algorithm)
        return update

    def _keyring(self) -> dict[dns.name.Name, dns.tsig.Key]:
        name = dns.name.from_text(self.key_name)
        return {name: dns.tsig.Key(name, self.secret, self.algorithm)}

    @contextmanager
    def _line(self) -> Iterator["_Line"]:
        """A connection for a few messages, all of them within the deadline."""
        address = (self.address, self.port)
        with _translated(), socket.create_connection(address, timeout=_TIMEOUT) as wire:
            wire.setblocking(False)
            yield _Line(editor=self, wire=wire, until=time.monotonic() + _DEADLINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    editor: DnsUpdate
    wire: socket.socket
    until: float

    def ask(self, name: str, rdtype: str) -> dns.message.Message:
        query = dns.message.make_query(name, rdtype, flags=0)
        query.use_tsig(
            self.editor._keyring(), keyname=self.editor.key_name, algorithm=self.editor.algorithm
        )
        reply = self.send(query)
        if reply.rcode() != dns.rcode.NXDOMAIN:
            _raise_for(reply.rcode())
        return reply

    def send(self, query: dns.message.Message) -> dns.message.Message:
        left = min(_TIMEOUT, self.until - time.monotonic())
        if left <= 0:
            raise ZoneBusy("dns_update.timeout")
        return dns.query.tcp(query, self.editor.address, timeout=left, sock=self.wire)


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
    if code in _CHANGED:
        raise ZoneBusy("dns_update.changed")
    if code in _PASSING:
        raise ZoneBusy(_PASSING[code])
    if code in {dns.rcode.NOTZONE, dns.rcode.NOTAUTH}:
        raise ZoneRefused("dns_update.not_zone")
    raise ZoneRefused("dns_update.refused")


def _record_set(found: dns.rrset.RRset | None) -> RecordSet:
    if found is None:
        return NOTHING
    return RecordSet(values=tuple(sorted(as_text(rdata) for rdata in found)), ttl=found.ttl)


def _expect(update: dns.update.UpdateMessage, place: Place, found: dns.rrset.RRset | None) -> None:
    owner = dns.name.from_text(place[0])
    if found is None:
        update.absent(owner, dns.rdatatype.from_text(place[1]))
    for rdata in found or ():
        update.present(owner, rdata)  # RFC 2136 §2.4.2 compares the whole record set


def _add_to(
    update: dns.update.UpdateMessage, change: Change, found: dns.rrset.RRset | None
) -> None:
    owner = dns.name.from_text(change.name)
    if change.add:
        update.add(owner, change.ttl, rdata_of(change.type, change.value))
    for rdata in found or ():
        # As the server has it: a text may be cut into strings in many ways.
        if not change.add and as_text(rdata) == change.value:
            update.delete(owner, rdata)
