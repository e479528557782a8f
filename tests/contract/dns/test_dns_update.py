"""DNS UPDATE against a real server: keys, cut texts, servers that fail."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailcore.protocol.dns_zone import Change
from mailcore.zones.ports import ZoneBusy, ZoneRefused
from mailcore.zones.services import write
from tests.contract.dns.test_zone_editor import PAIR, WANTED, Z, values
from tests.waiting import PATIENCE

pytestmark = pytest.mark.contract


def test_a_record_in_several_strings_is_merged_as_one(knot, raw_update) -> None:
    raw_update("shop.test.", "TXT", '"v=spf1 include:a" ".example" " ~all"')
    write(knot(), WANTED, ours=[])
    assert values(knot(), Z, "TXT") == ["v=spf1 include:spf.infra.test include:a.example ~all"]


def test_a_long_key_is_written_as_one_text(knot) -> None:
    write(knot(), WANTED, ours=[])
    name = "r1-20260101._domainkey.shop.test"
    assert values(knot(), name, "TXT") == [f"v=DKIM1; k=rsa; p={PAIR.public}"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"secret": "d3Jvbmcgd3Jvbmcgd3Jvbmc="}, "dns_update.bad_key"),
        ({"key_name": "unknown"}, "dns_update.bad_key"),
        ({"key_name": "reader"}, "dns_update.bad_key"),  # so Knot says of a key without rights
    ],
)
def test_a_key_that_the_server_does_not_take_is_told(knot, changed, code) -> None:
    for try_it in (
        lambda: write(knot(**changed), WANTED, ours=[]),
        lambda: knot(**changed).try_out(Z),
    ):
        with pytest.raises(ZoneRefused) as caught:
            try_it()
        assert caught.value.code == code


def test_a_server_that_is_not_there_may_come_back(knot) -> None:
    with socket.socket() as closed:
        closed.bind(("127.77.199.7", 0))
        with pytest.raises(ZoneBusy) as caught:
            write(knot(port=closed.getsockname()[1]), WANTED, ours=[])
    assert caught.value.code == "dns_update.unreachable"


def test_a_server_that_says_nothing_does_not_hold_us(knot, monkeypatch) -> None:
    monkeypatch.setattr("mailcore.zones.adapters.dns_line._TIMEOUT", 0.3)
    with socket.create_server(("127.77.199.7", 0)) as silent, pytest.raises(ZoneBusy) as caught:
        write(knot(port=silent.getsockname()[1]), WANTED, ours=[])
    assert caught.value.code == "dns_update.timeout"


def test_a_text_with_a_nul_is_deleted_as_the_server_has_it(knot, raw_update) -> None:
    raw_update("shop.test.", "TXT", '"a\\000b"')
    standing = knot().read(Z, [(Z, "TXT")])
    (value,) = standing[Z, "TXT"].values
    assert "\0" not in value
    change = Change(add=False, name=Z, type="TXT", value=value, ttl=60)
    knot().apply(Z, [change], standing=standing)
    assert values(knot(), Z, "TXT") == []


def test_places_are_asked_for_at_the_same_time(knot, knot_port) -> None:
    """The first two connections are served only once both have asked."""
    both = threading.Barrier(2)

    def relay(wire: socket.socket, *, is_early: bool) -> None:
        with wire, socket.create_connection(("127.77.199.7", knot_port)) as server:
            while asked := wire.recv(65_535):
                if is_early:
                    is_early = False
                    both.wait(PATIENCE)
                server.sendall(asked)
                wire.sendall(server.recv(65_535))

    write(knot(), WANTED, ours=[])
    places = sorted({(record.name, record.type) for record in WANTED})
    expected = knot().read(Z, places)
    with socket.create_server(("127.77.199.7", 0)) as door, ThreadPoolExecutor() as pool:
        reading = pool.submit(knot(port=door.getsockname()[1]).read, Z, places)
        served = []
        door.settimeout(0.2)
        while not reading.done():
            try:
                wire, _ = door.accept()
            except TimeoutError:
                continue
            served.append(pool.submit(relay, wire, is_early=len(served) < 2))
        assert reading.result() == expected
    assert len(served) > 2
