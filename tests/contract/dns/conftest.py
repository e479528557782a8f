"""A real Knot that takes DNS UPDATE for `shop.test`, and a zone in memory that does the same."""

import itertools
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update
import pytest

from kernel.crypto import Secret
from mailcore.domains.adapters import DnsUpdate
from mailcore.domains.ports import ZoneBusy, ZoneRefused
from mailcore.protocol import dns_records
from mailcore.protocol.dns_plan import Change
from tests.hosted import hosted

ADDRESS = "127.77.199.7"
KEY = "bGl2ZXJ5IHRlc3Qga2V5IGZvciBrbm90IG9ubHkhISE="
CONFIG = """
server:
  listen: {address}@{port}
  rundir: {folder}
  pidfile: {folder}/pid
database:
  storage: {folder}/db
log:
  - target: stderr
    any: warning
key:
  - id: owner
    algorithm: hmac-sha256
    secret: {key}
acl:
  - id: owner
    key: owner
    action: update
template:
  - id: default
    storage: {folder}
    acl: owner
    zonefile-sync: -1
    journal-content: all
    zonefile-load: difference
zone:
  - domain: shop.test
    file: shop.test.zone
"""
ZONE = """@ 60 SOA ns.shop.test. h.shop.test. 1 60 60 60 60
@ 60 NS ns.shop.test.
ns 60 A 127.77.199.7
www 60 A 192.0.2.1
"""


@dataclass(slots=True, kw_only=True)
class MemoryZone:
    """The port's in-memory twin."""

    zone: str = "shop.test"
    values: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def zone_of(self, name: str) -> str:
        if name != self.zone and not name.endswith(f".{self.zone}"):
            raise ZoneRefused("dns_update.not_zone")
        return self.zone

    def read(self, name: str, rdtype: str) -> list[str]:
        return list(self.values.get((name, rdtype), []))

    def apply(self, zone: str, changes: list[Change]) -> None:
        gone = [c for c in changes if not c.add and c.value not in self.read(c.name, c.type)]
        if gone:
            raise ZoneBusy("dns_update.changed")
        for change in changes:
            held = self.values.setdefault((change.name, change.type), [])
            if change.value in held:
                held.remove(change.value)
            if change.add:
                held.append(change.value)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((ADDRESS, 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def knot_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Start Knot; skip nothing: without it we do not know whether we write zones."""
    folder, port = tmp_path_factory.mktemp("knot"), free_port()
    (folder / "knot.conf").write_text(
        CONFIG.format(address=ADDRESS, port=port, folder=folder, key=KEY)
    )
    (folder / "db").mkdir()
    (folder / "shop.test.zone").write_text(f"$ORIGIN shop.test.\n{ZONE}")
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(["knotd", "-c", folder / "knot.conf"], stderr=log, stdout=log)
    try:
        wait_for(port, folder)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=120)


def empty(port: int) -> None:
    """Take every record of ours out of the zone."""
    update = new_update()
    wanted = dns_records.wanted(hosted("shop.test"))
    names = {record.name for record in wanted} | {"r1-20260101._domainkey.shop.test"}
    for name, kind in itertools.product(sorted(names), ("TXT", "MX", "SRV", "CNAME")):
        update.delete(f"{name}.", kind)
    assert dns.query.tcp(update, ADDRESS, port=port, timeout=60).rcode() == dns.rcode.NOERROR


def wait_for(port: int, folder: Path) -> None:
    query = dns.message.make_query("shop.test", "SOA")
    for _ in range(1200):
        try:
            if dns.query.udp(query, ADDRESS, port=port, timeout=0.2).answer:
                return
        except (dns.exception.DNSException, OSError):
            pass
        time.sleep(0.1)
    raise AssertionError((folder / "log").read_text())


@pytest.fixture
def raw_update(knot_port: int) -> Callable[[str, str, str], None]:
    """Write a record exactly as given, as a person with another program would."""

    def write(name: str, rdtype: str, text: str) -> None:
        update = new_update()
        update.add(name, 60, rdtype, text)
        assert dns.query.tcp(update, ADDRESS, port=knot_port).rcode() == dns.rcode.NOERROR

    return write


def new_update() -> dns.update.UpdateMessage:
    keyring = dns.tsigkeyring.from_text({"owner": KEY})
    return dns.update.UpdateMessage("shop.test", keyring=keyring, keyalgorithm="hmac-sha256")


@pytest.fixture
def knot(knot_port: int) -> Callable[..., DnsUpdate]:
    """An editor that speaks to an empty `shop.test` at the real server; with other settings too."""
    empty(knot_port)

    def make(**changed: object) -> DnsUpdate:
        given = {
            "address": ADDRESS,
            "port": knot_port,
            "key_name": "owner",
            "algorithm": "hmac-sha256",
            "secret": Secret(KEY),
        }
        return DnsUpdate(**{**given, **changed})

    return make


@pytest.fixture(params=["knot", "memory"])
def zone(request: pytest.FixtureRequest):
    """An editor of an empty `shop.test`, behind either adapter."""
    if request.param == "memory":
        return MemoryZone()
    return request.getfixturevalue("knot")()
