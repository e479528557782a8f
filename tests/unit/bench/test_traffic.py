"""The same seeded letters for everybody, popular domains first."""

from collections import Counter
from itertools import islice

from stack.bench.delivery.traffic import MESSAGE_BYTES, ZONE_HOLDS, Traffic, body, draws, zipf
from stack.bench.delivery.zone import records

TRAFFIC = Traffic(zone="bench.test", domains=500, sites=20)


def test_the_same_arguments_give_the_same_letters() -> None:
    first = list(TRAFFIC.letters(50, sender="ann@client.test", first=7))
    assert first == list(TRAFFIC.letters(50, sender="ann@client.test", first=7))
    assert [letter.number for letter in first] == list(range(7, 57))


def test_domains_come_by_zipfs_law() -> None:
    seen = Counter(draws(zipf(500), count=50_000, seed=1))
    total = sum(1 / rank for rank in range(1, 501))
    for rank in (1, 2, 10):
        assert abs(seen[rank - 1] / 50_000 - 1 / rank / total) < 0.01
    assert max(seen) < 500


def test_a_letter_is_what_smtp_takes_as_it_is() -> None:
    (letter,) = islice(TRAFFIC.letters(1, sender="ann@client.test", first=3), 1)
    head, _, text = letter.content.partition(b"\r\n\r\n")
    assert f"To: {letter.recipient}".encode() in head
    assert letter.recipient.startswith("r3@d0")
    assert MESSAGE_BYTES <= len(text) < MESSAGE_BYTES + 100
    lines = letter.content.split(b"\r\n")
    assert max(map(len, lines)) < 80
    assert not any(line.startswith(b".") for line in lines)
    assert letter.content.count(b"\n") == letter.content.count(b"\r\n")


def test_bodies_differ_by_seed_only() -> None:
    assert body(seed=1) == body(seed=1) != body(seed=2)


def test_every_domain_has_a_mail_host_with_an_address() -> None:
    found = list(records(TRAFFIC, hosts=["127.0.0.1", "127.0.0.2"]))
    hosts = {name.rstrip(".") for name, kind, _ in found if kind == "A"}
    exchanges = {data.split()[1].rstrip(".") for _, kind, data in found if kind == "MX"}
    assert exchanges == hosts
    assert len(hosts) == 20
    assert sum(kind == "MX" for _, kind, _ in found) == 500


def test_ten_thousand_domains_take_ten_zones_and_each_name_stands_in_its_own() -> None:
    many = Traffic(zone="bench.test", domains=2_500, sites=2_500)
    assert many.zones == ["bench.test", "bench-1.test", "bench-2.test"]
    assert (many.domain(0), many.domain(2_499)) == ("d00000.bench.test", "d02499.bench-2.test")
    names = [name.rstrip(".") for name, _, _ in records(many, hosts=["127.0.0.1"])]
    assert len(set(names)) == len(names) == 3 * 2_500
    held = Counter(by_zone(name) for name in names)
    assert set(held) == set(many.zones)
    assert max(held.values()) == 3 * ZONE_HOLDS


def by_zone(name: str) -> str:
    return ".".join(name.rsplit(".", 2)[1:])


def test_domains_in_turn_come_again_only_after_all_others() -> None:
    traffic = Traffic(zone="bench.test", domains=5, sites=5, in_turn=True)
    met = [x.recipient.partition("@")[2] for x in traffic.letters(10, sender="a@b.test", first=3)]
    assert met == [traffic.domain(rank) for rank in (3, 4, 0, 1, 2, 3, 4, 0, 1, 2)]
