"""Signed messages to a name server over TCP, each within its time (RFC 8945, RFC 7766)."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.tsig

from mailcore.zones import deadlines
from mailcore.zones.ports import ZoneBusy, ZoneRefused

#: Seconds for one answer, and for everything that one call asks.
_TIMEOUT, _DEADLINE = 5.0, 20.0
#: Answers that the same request may not get again in a minute, and their codes.
_PASSING = {dns.rcode.SERVFAIL: "dns_update.server_failed"}
#: A prerequisite does not hold (RFC 2136 §2.4).
CHANGED = {dns.rcode.NXRRSET, dns.rcode.YXRRSET, dns.rcode.NXDOMAIN, dns.rcode.YXDOMAIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A connection to a server; `sign` puts the TSIG record on what is sent."""

    address: str
    sign: Callable[[dns.message.Message], None]
    wire: socket.socket
    until: float

    def ask(self, name: str, rdtype: str) -> dns.message.Message:
        """The server's own word on a name, or that there is none; raises ZoneBusy, ZoneRefused."""
        reply = self.send(dns.message.make_query(name, rdtype, flags=0))
        if reply.rcode() != dns.rcode.NXDOMAIN:
            raise_for(reply.rcode())
        return reply

    def send(self, query: dns.message.Message) -> dns.message.Message:
        """The reply, whatever it says."""
        self.sign(query)
        return dns.query.tcp(query, self.address, timeout=_left(self.until), sock=self.wire)


def deadline() -> float:
    """When a call that begins now has to have ended."""
    return deadlines.deadline(_DEADLINE)


def _left(until: float) -> float:
    """Seconds that the next answer may take; raises ZoneBusy."""
    left = min(_TIMEOUT, until - time.monotonic())
    if left <= 0:
        raise ZoneBusy("dns_update.timeout")
    return left


@contextmanager
def open_line(
    address: str, port: int, *, sign: Callable[[dns.message.Message], None], until: float
) -> Iterator[Line]:
    """A connection for a few messages, all of them before `until`; raises ZoneBusy, ZoneRefused."""
    left = _left(until)
    with _translated(), socket.create_connection((address, port), timeout=left) as wire:
        wire.setblocking(False)
        yield Line(address=address, sign=sign, wire=wire, until=until)


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


def raise_for(code: dns.rcode.Rcode) -> None:
    """What a reply that says no means; raises ZoneBusy, ZoneRefused."""
    if code == dns.rcode.NOERROR:
        return
    if code in CHANGED:
        raise ZoneBusy("dns_update.changed")
    if code in _PASSING:
        raise ZoneBusy(_PASSING[code])
    if code in {dns.rcode.NOTZONE, dns.rcode.NOTAUTH}:
        raise ZoneRefused("dns_update.not_zone")
    raise ZoneRefused("dns_update.refused")
