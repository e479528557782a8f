"""A real Knot that takes DNS UPDATE for `shop.test`, and a zone in memory that does the same."""

import itertools
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.tsigkeyring
import dns.update
import pytest

from kernel.crypto import Secret
from mailcore.protocol import dns_records
from mailcore.zones.adapters.dns_update import DnsUpdate
from mailcore.zones.adapters.memory import MemoryZone
from tests.contract.dns.fakes.account import Account
from tests.contract.dns.fakes.served import FAKES, at_provider, serve
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
  - id: reader
    algorithm: hmac-sha256
    secret: {key}
acl:
  - id: owner
    key: owner
    action: update
  - id: reader
    key: reader
    action: query
template:
  - id: default
    storage: {folder}
    acl: [owner, reader]
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
    """Take everything out of the zone that a test wrote."""
    update = new_update()
    wanted = dns_records.wanted(hosted("shop.test"))
    names = {record.name for record in wanted} | {
        f"{name}.shop.test" for name in ("r1-20260101._domainkey", "alias", "_imaps._tcp", "*")
    }
    for name, kind in itertools.product(sorted(names), ("TXT", "MX", "SRV", "CNAME", "A", "AAAA")):
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


@pytest.fixture
def account(provider: str) -> Iterator[Account]:
    """A provider's account with an empty `shop.test`."""
    with serve(provider) as held:
        yield held


@pytest.fixture(params=sorted(FAKES))
def provider(request: pytest.FixtureRequest) -> str:
    """Each provider that we write zones at."""
    return str(request.param)


@pytest.fixture(params=["knot", "memory", *sorted(FAKES)])
def zone(request: pytest.FixtureRequest):
    """An editor of an empty `shop.test`, behind each adapter."""
    if request.param == "memory":
        yield MemoryZone(zone="shop.test")
    elif request.param == "knot":
        yield request.getfixturevalue("knot")()
    else:
        with serve(request.param) as held:
            yield at_provider(request.param, held)
