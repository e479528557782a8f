"""Write zones by DNS UPDATE (RFC 2136), signed with TSIG (RFC 8945)."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update

from kernel.crypto import Secret
from kernel.dns.answers import as_text
from mailcore.protocol.dns_zone import NOTHING, Change, Place, RecordSet, Standing
from mailcore.zones.adapters.dns_line import CHANGED, Line, deadline, open_line, raise_for
from mailcore.zones.adapters.rdata import rdata_of
from mailcore.zones.ports import WRITABLE, ZoneBusy, ZoneRefused

#: So many connections at once: a zone far away is read in a second or two, and nobody is flooded.
_LINES = 6
RRsets = dict[Place, dns.rrset.RRset]
_Heard = TypeVar("_Heard")


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsUpdate:
    """A zone editor for one server and one TSIG key; `secret` is base64."""

    address: str
    port: int
    key_name: str
    algorithm: str
    secret: Secret

    @property
    def types(self) -> Collection[str]:
        """All of them."""
        return WRITABLE

    def zone_of(self, name: str) -> str:
        """The owner of the SOA record that the server gives for the name."""
        with self._line(deadline()) as line:
            reply = line.ask(name, "SOA")
        for rrset in [*reply.answer, *reply.authority]:
            if rrset.rdtype == dns.rdatatype.SOA and reply.flags & dns.flags.AA:
                return rrset.name.to_text(omit_final_dot=True)
        raise ZoneRefused("dns_update.not_zone")

    def read(self, zone: str, places: Sequence[Place]) -> dict[Place, RecordSet]:
        """One question for each place, several at a time; what a wildcard made up is left out."""
        found = self._stored(zone, places, until=deadline())
        return {place: _record_set(found.get(place)) for place in places}

    def apply(self, zone: str, changes: Sequence[Change], *, standing: Standing) -> None:
        """One signed UPDATE: all or nothing, and only while the sets are as they were read."""
        until = deadline()
        touched = sorted({change.place for change in changes})
        stored = self._stored(zone, touched, until=until)
        update = dns.update.UpdateMessage(zone)
        for place in touched:
            found = stored.get(place)
            if set(_record_set(found).values) != set(standing.get(place, NOTHING).values):
                raise ZoneBusy("dns_update.changed")
            _expect(update, place, found)
        for change in changes:
            _add_to(update, change, stored.get(change.place))
        with self._line(until) as line:
            raise_for(line.send(update).rcode())

    def try_out(self, zone: str) -> None:
        """An UPDATE without changes: the server looks at the key's rights first (RFC 2136 §3.3)."""
        with self._line(deadline()) as line:
            raise_for(line.send(dns.update.UpdateMessage(zone)).rcode())

    def _stored(self, zone: str, places: Sequence[Place], *, until: float) -> RRsets:
        """The sets that are written in the zone."""
        heard = self._spread(places, lambda line, place: line.ask(*place).answer, until=until)
        found: RRsets = {}
        for (name, kind), answer in zip(places, heard, strict=True):
            owner, rdtype = dns.name.from_text(name), dns.rdatatype.from_text(kind)
            for rrset in answer:
                if rrset.name == owner and rrset.rdtype == rdtype:
                    found[name, kind] = rrset
        if not found:
            return found
        with self._line(until) as line:
            if self._exist(line, zone, list(found)):
                return found
        # One of them a wildcard made up, or all: each is asked for alone.
        there = self._spread(
            list(found), lambda line, place: self._exist(line, zone, [place]), until=until
        )
        return {
            place: found[place] for place, is_there in zip(found, there, strict=True) if is_there
        }

    def _spread(
        self, places: Sequence[Place], ask: Callable[[Line, Place], _Heard], *, until: float
    ) -> list[_Heard]:
        """What each place gets, in their order: asked over a few lines at once."""
        lines = min(_LINES, len(places))
        if not lines:
            return []

        def share(first: int) -> list[_Heard]:
            with self._line(until) as line:
                return [ask(line, place) for place in places[first::lines]]

        # Lines and not many questions on one: not every server takes those (RFC 7766 §6.2.1.1).
        with ThreadPoolExecutor(lines) as pool:
            shares = list(pool.map(share, range(lines)))
        return [shares[n % lines][n // lines] for n in range(len(places))]

    def _exist(self, line: Line, zone: str, places: Sequence[Place]) -> bool:
        """Whether all of these sets are there themselves: a prerequisite knows no wildcards."""
        probe = dns.update.UpdateMessage(zone)
        for name, kind in places:
            probe.present(dns.name.from_text(name), dns.rdatatype.from_text(kind))
        code = line.send(probe).rcode()
        if code not in CHANGED:
            raise_for(code)
        return code == dns.rcode.NOERROR

    def _sign(self, message: dns.message.Message) -> None:
        name = dns.name.from_text(self.key_name)
        ring = {name: dns.tsig.Key(name, self.secret, self.algorithm)}
        message.use_tsig(ring, keyname=self.key_name, algorithm=self.algorithm)

    def _line(self, until: float) -> AbstractContextManager[Line]:
        return open_line(self.address, self.port, sign=self._sign, until=until)


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
