"""A domain registrar with hosting: a zone on both hosting name servers and its delegation in `test.`."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype

from stack.client.endpoints import Endpoints, EndpointsError, Service, UpdateKey
from stack.client.lookup import UpdateRefusedError, replace_records
from stack.outside.knotc import Knot, KnotError

PARENT = "test"
TTL = 60
ANSWER_SECONDS = 60
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
#: Zones that belong to the stack itself.
KEPT = frozenset({"infra.test", "livery.test", "outside.test"})


class RegistrarError(Exception):
    """A registration that failed; `wrong_name` when asking again cannot help."""

    def __init__(self, message: str, *, wrong_name: bool = False) -> None:
        super().__init__(message)
        self.wrong_name = wrong_name


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServer:
    """One hosting server: its control, its name in NS records and where it answers."""

    knot: Knot
    name: str
    address: str
    port: int


class Registrar:
    """Sells direct children of `test.`; every act may be repeated. Safe to call from several threads."""

    def __init__(
        self,
        servers: tuple[NameServer, NameServer],
        *,
        parent: UpdateKey,
        parent_servers: tuple[Service, ...] = (),
    ) -> None:
        self._servers = servers
        self._parent = parent
        self._parent_servers = parent_servers
        self._lock = threading.Lock()

    def register(self, name: str) -> None:
        """Make the zone and its delegation and return once both servers answer for it."""
        zone = checked(name)
        with self._lock:
            try:
                for server in reversed(
                    self._servers
                ):  # the secondary first, so that NOTIFY finds it
                    server.knot.configure(zone, present=True)
                self._servers[0].knot.fill(zone, self._records())
                for server in self._servers:
                    _wait_for_answer(server, zone)
                self._delegate(zone, present=True)
            except (KnotError, UpdateRefusedError, OSError, dns.exception.DNSException) as error:
                raise RegistrarError(f"{zone}: {error}") from error

    def release(self, name: str) -> None:
        """Take the delegation and the zone away; nothing happens when they are gone."""
        zone = checked(name)
        with self._lock:
            try:
                self._delegate(zone, present=False)
                for server in self._servers:
                    if server.knot.has_zone(zone):
                        server.knot.configure(zone, present=False)
                        server.knot.purge(zone)
            except (KnotError, UpdateRefusedError, OSError, dns.exception.DNSException) as error:
                raise RegistrarError(f"{zone}: {error}") from error

    def _records(self) -> list[str]:
        first = self._servers[0].name
        serial = int(time.time())
        soa = f"@ {TTL} SOA {first}. hostmaster.{first}. {serial} 60 30 3600 2"
        return [soa, *(f"@ {TTL} NS {server.name}." for server in self._servers)]

    def _delegate(self, zone: str, *, present: bool) -> None:
        values = [f"{server.name}." for server in self._servers] if present else []
        replace_records(
            self._parent, zone=f"{PARENT}.", name=f"{zone}.", kind="NS", values=values, ttl=TTL
        )
        # A resolver that asked the parent's other server too early would remember the old answer.
        for server in self._parent_servers:
            _wait_for_delegation(server, zone, present=present)


def checked(name: str) -> str:
    """Return a name in lower case; RegistrarError unless it is a free direct child of `test.`."""
    zone = name.lower().rstrip(".")
    label, _, parent = zone.partition(".")
    if parent != PARENT or not _LABEL.fullmatch(label):
        raise RegistrarError("only direct children of test. are sold", wrong_name=True)
    if zone in KEPT:
        raise RegistrarError(f"{zone} is not for sale", wrong_name=True)
    return zone


def _wait_for_answer(server: NameServer, zone: str) -> None:
    def answers(answer: dns.message.Message) -> bool:
        return bool(
            answer.rcode() == dns.rcode.NOERROR and answer.flags & dns.flags.AA and answer.answer
        )

    _wait(server.address, server.port, dns.message.make_query(f"{zone}.", "SOA"), answers)


def _wait_for_delegation(server: Service, zone: str, *, present: bool) -> None:
    def refers(answer: dns.message.Message) -> bool:
        name = dns.name.from_text(zone)
        referral = any(
            one.name == name and one.rdtype == dns.rdatatype.NS for one in answer.authority
        )
        return referral == present

    _wait(server.address, server.port, dns.message.make_query(f"{zone}.", "NS"), refers)


def _wait(
    address: str,
    port: int,
    question: dns.message.Message,
    good: Callable[[dns.message.Message], bool],
) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    while not good(dns.query.udp(question, address, timeout=2, port=port)):
        if time.monotonic() > deadline:
            raise KnotError(f"{address} did not follow within {ANSWER_SECONDS} s")
        time.sleep(0.03)


def registrar_of(endpoints: Endpoints) -> Registrar:
    """Build the registrar of a stack; EndpointsError when the map names no control sockets."""
    sockets = endpoints.raw.get("knot_control", {})
    servers = []
    for role, service, name in (
        ("hosting", "dns_hosting", "ns1.infra.test"),
        ("hosting_secondary", "dns_hosting_secondary", "ns2.infra.test"),
    ):
        if role not in sockets:
            raise EndpointsError(f"the endpoints name no knot_control {role!r}")
        listed = endpoints.service(service)
        servers.append(
            NameServer(
                knot=Knot(Path(sockets[role])), name=name, address=listed.address, port=listed.port
            )
        )
    return Registrar(
        (servers[0], servers[1]),
        parent=endpoints.update_key("registry_update"),
        parent_servers=(
            endpoints.service("dns_registry"),
            endpoints.service("dns_registry_secondary"),
        ),
    )
