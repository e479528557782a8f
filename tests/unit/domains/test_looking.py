"""One look asks all servers, within its questions and its time, and one bad name spoils little."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from dns.message import Message

from kernel.dns.answers import Answers, Reply, Server
from kernel.dns.memory import MemoryExchange, zone
from kernel.dns.ports import NoAnswer
from mailcore.checks.services import Look, inspect, looking
from mailcore.protocol import dns_records, zone_file
from mailcore.protocol.dns_plan import value_of
from mailcore.protocol.dns_records import PublicKey, Record
from tests.hosted import hosted

ROOT, TLD, DEAD = "10.0.0.1", "10.0.0.2", "10.0.9.9"
KEYS = [
    PublicKey(selector=selector, algorithm=algorithm, public="QUJD")
    for selector, algorithm in [
        ("r1", "rsa-sha256"),
        ("r2", "rsa-sha256"),
        ("e1", "ed25519-sha256"),
        ("e2", "ed25519-sha256"),
    ]
]


@dataclass(slots=True, kw_only=True)
class Slow(MemoryExchange):
    """Its `dead` addresses keep the one who asks waiting."""

    dead: set[str] = field(default_factory=set)

    async def ask(self, query: Message, *, address: str) -> Message:
        if address in self.dead:
            await asyncio.sleep(30)
            raise NoAnswer("timeout")
        return await MemoryExchange.ask(self, query, address=address)


@pytest.fixture(autouse=True)
def _roots(settings) -> None:
    settings.DNS_ROOTS, settings.ALLOW_PRIVATE_TARGETS = [ROOT], True


def line(record: Record) -> str:
    value = zone_file.quoted(record.value) if record.type == "TXT" else f"{value_of(record)}."
    return f"{record.name}. {record.type} {value}"


def internet(zones: dict[str, Sequence[str]], *, servers: int = 2, tld: str = "") -> Slow:
    """Zones below `test.`, all of them at the same servers."""
    hosts = [f"n{number}.host.test." for number in range(servers)]
    addresses = [f"10.0.1.{number}" for number in range(servers)]
    glue = [f"{host} A {at}" for host, at in zip(hosts, addresses, strict=True)]
    below = [f"{name}. NS {host}" for name in ["host.test", *zones] for host in hosts]
    root = zone(".", f"test. NS ns.test.\nns.test. A {TLD}\n")
    test = zone("test.", "\n".join([*below, *glue, tld, ""]))
    names = [f"@ NS {host}" for host in hosts]
    held = [
        zone(f"{name}.", "\n".join([*names, *lines, ""]))
        for name, lines in {"host.test": glue, **zones}.items()
    ]
    return Slow(zones={ROOT: [root], TLD: [test], **dict.fromkeys(addresses, held)})


def published(name: str, policy: str) -> list[str]:
    """The domain with everything that it should have, its sender policy as given."""
    return [
        line(replace(record, value=policy) if record.purpose == dns_records.SPF else record)
        for record in dns_records.wanted(hosted(name, keys=KEYS))
    ]


def looks_at(exchange: MemoryExchange, *names: str) -> dict[str, dict[str, Look]]:
    jobs = {name: dns_records.wanted(hosted(name, keys=KEYS)) for name in names}
    looks = inspect(jobs, exchange=exchange)
    return {name: {one.record.purpose: one for one in looks[name]} for name in names}


OURS = "v=spf1 include:spf.infra.test -all"
INFRA = ['spf TXT "v=spf1 -all"']


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".test", "a\\999.test"])
def test_a_malformed_include_is_a_broken_one_and_holds_up_nobody(name) -> None:
    bad = f"v=spf1 include:{name} include:spf.infra.test -all"
    net = internet(
        {
            "shop.test": published("shop.test", bad),
            "cafe.test": published("cafe.test", OURS),
            "infra.test": INFRA,
        }
    )
    looks = looks_at(net, "shop.test", "cafe.test")
    assert looks["shop.test"]["spf"].judgement.code == "spf.broken_include"
    assert {one.judgement.outcome for one in looks["cafe.test"].values()} == {"match"}


def test_what_goes_wrong_with_one_domain_stays_with_it(monkeypatch) -> None:
    interpret = looking.interpret

    def fail(record: Record, answers: object) -> Look:
        if record.name == "shop.test":
            raise RuntimeError("an answer that drives us mad")
        return interpret(record, answers)

    monkeypatch.setattr(looking, "interpret", fail)
    net = internet(
        {"cafe.test": published("cafe.test", OURS), "infra.test": INFRA, "shop.test": []}
    )
    looks = looks_at(net, "shop.test", "cafe.test")
    assert {one.judgement.outcome for one in looks["shop.test"].values()} == {"unknown"}
    assert {one.judgement.outcome for one in looks["cafe.test"].values()} == {"match"}


def test_the_longest_domain_is_looked_at_where_no_name_fits_beside_its_records() -> None:
    name = ".".join([*["x" * 55] * 4, "test"])
    assert len(name) == 228
    net = internet({name: [f'r1._domainkey.{name}. TXT "v=DKIM1; k=rsa; p=WFla"']})
    looks = {look.record.name: look for look in inspect({name: wanted(name)}, exchange=net)[name]}
    found = looks[f"r1._domainkey.{name}"]
    assert (found.judgement.outcome, bool(found.found)) == ("conflict", True)


def wanted(name: str, records_zone: str = "") -> list[Record]:
    return dns_records.wanted(hosted(name, keys=KEYS, records_zone=records_zone))


@pytest.mark.parametrize("records_zone", ["", "label.r.test"])
def test_every_record_is_seen_at_a_provider_of_eight_addresses(records_zone) -> None:
    records = wanted("shop.test", records_zone)
    behind = [line(replace(one.behind, name=one.value)) for one in records if one.behind]
    net = internet(
        {"shop.test": [*map(line, records)], "infra.test": INFRA, "r.test": behind}, servers=8
    )
    looks = inspect({"shop.test": records}, exchange=net)["shop.test"]
    assert {one.judgement.outcome for one in looks} == {"match"}
    assert {len(said.servers) for one in looks for said in one.said} == {8}
    walked = [asked for asked in net.asked if asked == (TLD, "r.test. IN NS")]
    assert len(walked) == bool(records_zone), "the zone of our records is walked to once"


def test_nothing_is_asked_beside_the_domain_itself() -> None:
    net = internet({"shop.test": ["@ MX 10 mx.old.test."]})
    assert looks_at(net, "shop.test")["shop.test"]["mx"].judgement.code == "mx.other"
    assert not [question for _at, question in net.asked if question.startswith("x")]


def test_a_dead_include_costs_no_other_verdict(monkeypatch) -> None:
    monkeypatch.setattr(looking, "_TIME_BEYOND", 0.2)
    policy = "v=spf1 include:spf.infra.test include:gone.test -all"
    zones = {"shop.test": published("shop.test", policy), "infra.test": INFRA}
    net = internet(zones, tld=f"gone NS n.gone\nn.gone A {DEAD}\n")
    net.dead.add(DEAD)
    looks = looks_at(net, "shop.test")["shop.test"]
    assert {one.judgement.outcome for one in looks.values()} == {"match"}


def test_what_was_answered_in_time_is_kept(monkeypatch) -> None:
    monkeypatch.setattr(looking, "_TIME_LIMIT", 1.0)
    records = ["_dmarc NS n._dmarc", f"n._dmarc A {DEAD}", "@ MX 10 mx.infra.test."]
    net = internet({"shop.test": records})
    net.dead.add(DEAD)
    looks = looks_at(net, "shop.test")["shop.test"]
    assert looks["dmarc"].judgement.code == "servers.slow"
    assert looks["mx"].judgement.outcome == "match"


@pytest.mark.parametrize(
    ("failures", "code"),
    [
        (["timeout", "not_asked"], "servers.silent"),
        (["lame", "not_asked"], "servers.lame"),
        (["not_asked", "not_asked"], "servers.only_ipv6"),
    ],
)
def test_only_where_there_is_no_ipv4_that_is_said(failures, code) -> None:
    replies = [Reply(server=Server(name="n", address="-"), failure=one) for one in failures]
    look = looking.interpret(
        wanted("shop.test")[0], Answers(zone="shop.test", replies=tuple(replies))
    )
    assert look.judgement.code == code
