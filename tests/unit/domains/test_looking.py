"""One look asks all servers, within its questions and its time, and one bad name spoils little."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from kernel.dns.answers import Answers, Reply, Server
from kernel.dns.cuts import SharedCuts
from kernel.dns.memory import MemoryExchange, zone
from kernel.dns.ports import NoAnswer, Question
from mailcore.checks.services import Inspection, Look, inspect, looking
from mailcore.checks.services.fingerprints import Fingerprint
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

    async def ask(self, question: Question, *, address: str) -> bytes:
        if address in self.dead:
            await asyncio.sleep(30)
            raise NoAnswer("timeout")
        return await MemoryExchange.ask(self, question, address=address)


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
    return {name: {one.record.purpose: one for one in looks[name].looks} for name in names}


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
    looks = {
        look.record.name: look for look in inspect({name: wanted(name)}, exchange=net)[name].looks
    }
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
    looks = inspect({"shop.test": records}, exchange=net)["shop.test"].looks
    assert {one.judgement.outcome for one in looks} == {"match"}
    assert {len(said.servers) for one in looks for said in one.said} == {8}
    walked = [asked for asked in net.asked if asked == (TLD, "r.test. IN NS")]
    assert len(walked) == bool(records_zone), "the zone of our records is walked to once"


def test_nothing_is_asked_beside_the_domain_itself() -> None:
    net = internet({"shop.test": ["@ MX 10 mx.old.test."]})
    assert looks_at(net, "shop.test")["shop.test"]["mx"].judgement.code == "mx.other"
    assert not [question for _at, question in net.asked if question.startswith("x")]


def look_again(net: MemoryExchange, records: list[Record], known: Fingerprint) -> Inspection:
    """As a round looks that knows what was seen the last time."""

    async def look() -> Inspection:
        return await looking.inspect_one(
            "shop.test",
            records,
            exchange=net,
            shared=SharedCuts(),
            known=known,
        )

    return asyncio.run(look())


def whole(policy: str = OURS) -> tuple[Slow, list[Record], Fingerprint]:
    """A domain that was looked at once, and all was right."""
    records = wanted("shop.test")
    held = published("shop.test", policy)
    net = internet({"shop.test": held, "more.test": ['@ TXT "v=spf1 -all"'], "infra.test": INFRA})
    fingerprint = inspect({"shop.test": records}, exchange=net)["shop.test"].fingerprint
    assert fingerprint is not None
    return net, records, fingerprint


def test_what_did_not_change_is_asked_for_and_not_judged_again() -> None:
    net, records, known = whole("v=spf1 include:more.test include:spf.infra.test -all")
    net.asked.clear()
    again = look_again(net, records, known)
    assert (again.looks, again.fingerprint) == ((), known)
    asked = {(at, question) for at, question in net.asked}
    assert {(f"10.0.1.{n}", "more.test. IN TXT") for n in range(2)} <= asked
    places = {(record.name, record.asked) for record in records}
    wanted_of_each = {f"{name}. IN {kind}" for name, kind in places}
    for n in range(2):
        assert wanted_of_each <= {question for at, question in asked if at == f"10.0.1.{n}"}


def change_one_server(net: Slow, name: str, line: str) -> None:
    held = [one for one in net.zones["10.0.1.1"] if str(one.origin) != f"{name}."]
    net.zones["10.0.1.1"] = [*held, zone(f"{name}.", line)]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("record at one server", "servers.stale"),
        ("include", "spf.broken_include"),
        ("expected", "ownership.other"),
        ("silent server", None),
        ("other address of a server", None),
    ],
)
def test_whatever_changes_all_is_judged_again(what: str, code: str | None) -> None:
    net, records, known = whole("v=spf1 include:more.test include:spf.infra.test -all")
    match what:
        case "record at one server":
            lines = published("shop.test", "v=spf1 include:more.test include:spf.infra.test ~all")
            hosts = "@ NS n0.host.test.\n@ NS n1.host.test.\n"
            change_one_server(net, "shop.test", hosts + "\n".join([*lines[1:], ""]))
        case "include":
            for address in ("10.0.1.0", "10.0.1.1"):
                kept = [one for one in net.zones[address] if str(one.origin) != "more.test."]
                net.zones[address] = [*kept, zone("more.test.", 'x TXT "nothing"\n')]
        case "expected":
            records[0] = replace(records[0], value="livery-verification=another")
        case "silent server":
            net.silent.add("10.0.1.1")
        case _:
            net.zones["10.0.1.7"] = net.zones["10.0.1.1"]
            glue = "n0.host A 10.0.1.0\nn1.host A 10.0.1.7\n"
            below = "".join(
                f"{name} NS n{n}.host\n"
                for name in ("host", "shop", "more", "infra")
                for n in range(2)
            )
            net.zones[TLD] = [zone("test.", below + glue)]
    again = look_again(net, records, known)
    assert len(again.looks) == len(records)
    assert again.fingerprint != known
    if code:
        assert code in {look.judgement.code for look in again.looks}, [
            (look.record.purpose, look.judgement.code) for look in again.looks
        ]


@pytest.mark.parametrize("broken", ["missing", "silent"])
def test_only_where_all_is_right_and_all_answer_is_anything_remembered(broken: str) -> None:
    records = wanted("shop.test")
    held = published("shop.test", OURS)
    net = internet({"shop.test": held[1:] if broken == "missing" else held, "infra.test": INFRA})
    if broken == "silent":
        net.silent.add("10.0.1.1")
    assert inspect({"shop.test": records}, exchange=net)["shop.test"].fingerprint is None


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
