"""The walk finds every authoritative server and tells silence, split and absence apart."""

import asyncio
from types import SimpleNamespace

import dns.message
import dns.rdata
import dns.rdatatype
import pytest

from kernel.dns.answers import Answers, as_text
from kernel.dns.memory import MemoryExchange, answer, zone
from kernel.dns.ports import NoAnswer, Question
from kernel.dns.walk import Unreachable, Walker
from tests.waiting import PATIENCE

ROOT, TLD, NS1, NS2 = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"
CLIENT = """@ NS ns1.host.test.
@ NS ns2.host.test.
@ MX 10 mx.infra.test.
@ TXT "v=spf1 -all"
key._domainkey CNAME key.host.test.
"""


def network(client: str = CLIENT) -> MemoryExchange:
    root = zone(".", f"test. NS ns.test.\nns.test. A {TLD}\n")
    test = zone(
        "test.",
        f"""client NS ns1.host.test.
client NS ns2.host.test.
host NS ns1.host.test.
ns1.host A {NS1}
ns2.host A {NS2}
""",
    )
    host = zone("host.test.", f'ns1 A {NS1}\nns2 A {NS2}\nkey TXT "p=abc"\n')
    served = [zone("client.test.", client), host]
    return MemoryExchange(zones={ROOT: [root], TLD: [test], NS1: served, NS2: served})


def ask(exchange: MemoryExchange, name: str, rdtype: str, **options: object) -> Answers:
    walker = Walker(exchange=exchange, roots=[ROOT], allow_private=True, **options)

    async def run() -> Answers:
        await walker.zone_of("client.test")
        return await walker.look_up(name, rdtype)

    return asyncio.run(run())


def test_every_server_of_the_zone_is_asked() -> None:
    answers = ask(network(), "client.test", "MX")
    assert answers.zone == "client.test"
    assert {reply.server.address for reply in answers.replies} == {NS1, NS2}
    assert answers.agreed
    assert answers.heard[0].values == ("10 mx.infra.test",)


def test_an_absent_name_is_an_answer_and_not_a_failure() -> None:
    answers = ask(network(), "_dmarc.client.test", "TXT")
    assert answers.agreed
    assert not answers.heard[0].exists
    assert answers.heard[0].values == ()


def test_a_silent_server_does_not_hide_the_other_one() -> None:
    exchange = network()
    exchange.silent.add(NS1)
    answers = ask(exchange, "client.test", "MX")
    assert [reply.failure for reply in answers.replies] == ["timeout", ""]
    assert answers.agreed


def test_a_server_that_fails_is_told_by_its_code() -> None:
    exchange = network()
    exchange.failing.add(NS2)
    answers = ask(exchange, "client.test", "MX")
    assert [reply.failure for reply in answers.replies] == ["", "servfail"]


def test_servers_that_differ_do_not_agree() -> None:
    exchange = network()
    exchange.zones[NS2] = [zone("client.test.", CLIENT.replace("10 mx", "20 mx"))]
    assert not ask(exchange, "client.test", "MX").agreed


def test_an_alias_is_followed_into_another_zone() -> None:
    answers = ask(network(), "key._domainkey.client.test", "TXT")
    assert answers.heard[0].values == ("p=abc",)


def test_a_parent_and_a_child_on_one_server_are_told_apart() -> None:
    exchange = network()
    # The top-level server holds the child too, with other data: only the child's own servers count.
    exchange.zones[TLD].append(zone("client.test.", CLIENT.replace("10 mx", "99 old")))
    answers = ask(exchange, "client.test", "MX")
    assert answers.heard[0].values == ("10 mx.infra.test",)


def test_a_lower_delegation_is_followed() -> None:
    exchange = network(CLIENT + f"mail NS ns.mail\nns.mail A {NS2}\n")
    exchange.zones[NS2] = [*exchange.zones[NS2], zone("mail.client.test.", '@ TXT "below"\n')]
    answers = ask(exchange, "mail.client.test", "TXT")
    assert answers.zone == "mail.client.test"
    assert answers.heard[0].values == ("below",)


def test_a_server_that_points_up_is_lame_and_speaks_for_nobody_else() -> None:
    exchange = network()
    # It lost the client's zone, and offers itself for all of `test.` instead.
    exchange.zones[NS2] = [zone(".", f"test. NS evil.test.\nevil.test. A {NS2}\n")]
    walker = Walker(exchange=exchange, roots=[ROOT], allow_private=True)

    async def run() -> tuple[Answers, Answers]:
        await walker.zone_of("client.test")
        return await walker.look_up("client.test", "MX"), await walker.look_up("host.test", "NS")

    answers, others = asyncio.run(run())
    assert [reply.failure for reply in answers.replies] == ["", "lame"]
    assert answers.zone == "client.test"
    assert NS2 not in {address for address, question in exchange.asked if "host.test" in question}
    assert others.replies


def test_when_the_registry_is_silent_the_walk_says_where_it_ended() -> None:
    exchange = network()
    exchange.silent.add(TLD)
    with pytest.raises(Unreachable) as caught:
        ask(exchange, "client.test", "MX")
    assert caught.value.zone == "test"


def test_private_servers_are_not_asked_unless_allowed() -> None:
    exchange = network()
    walker = Walker(exchange=exchange, roots=[ROOT], allow_private=False)
    with pytest.raises(Unreachable):
        asyncio.run(walker.look_up("client.test", "MX"))
    assert exchange.asked == []


def test_name_servers_that_name_each_other_do_not_keep_us_for_ever() -> None:
    root = zone(".", "test. NS ns.test.\n" + f"ns.test. A {TLD}\n")
    loop = zone("test.", "a NS ns.b.test.\nb NS ns.a.test.\n")
    exchange = MemoryExchange(zones={ROOT: [root], TLD: [loop]})
    walker = Walker(exchange=exchange, roots=[ROOT], allow_private=True)
    answers = asyncio.run(walker.look_up("a.test", "MX"))
    assert [reply.failure for reply in answers.replies] == ["no_address"]
    assert len(exchange.asked) < 60


def test_a_server_that_lets_us_wait_does_not_hold_up_the_walk() -> None:
    exchange = network("@ NS ns1.host.test.\n")
    ask_at_once = exchange.ask

    async def ask(question: Question, *, address: str) -> bytes:
        await asyncio.sleep(30 if address == "10.0.0.9" else 0)
        return await ask_at_once(question, address=address)

    walker = Walker(
        exchange=SimpleNamespace(ask=ask, has_ipv6=False),
        roots=["10.0.0.9", "10.0.0.9", ROOT],
        allow_private=True,
    )

    async def run() -> None:
        async with asyncio.timeout(5):
            await walker.zone_of("client.test")

    asyncio.run(run())


def test_an_answer_that_cannot_be_read_is_none_and_the_other_server_counts() -> None:
    exchange = network()
    ask_whole = exchange.ask

    async def torn(question: Question, *, address: str) -> bytes:
        wire = await ask_whole(question, address=address)
        return wire[:-3] if (address, question.rdtype) == (NS1, dns.rdatatype.MX) else wire

    walker = Walker(
        exchange=SimpleNamespace(ask=torn, has_ipv6=False), roots=[ROOT], allow_private=True
    )
    answers = asyncio.run(walker.look_up("client.test", "MX"))
    assert {reply.failure for reply in answers.replies} == {"malformed", ""}
    assert answers.heard[0].values == ("10 mx.infra.test",)


def test_a_text_with_a_nul_can_be_stored() -> None:
    rdata = dns.rdata.from_text("IN", "TXT", '"a\\000b" "c"')
    assert as_text(rdata) == "a\ufffdbc"


def test_where_only_ipv6_is_given_along_ipv4_is_looked_for() -> None:
    v6 = "fd00::7"
    exchange = network()
    exchange.zones[TLD] = [
        zone(
            "test.",
            f"""client NS ns1.host.test.
host NS ns2.host.test.
ns1.host AAAA {v6}
ns2.host A {NS2}
""",
        )
    ]
    answers = ask(exchange, "client.test", "MX")
    assert [reply.server.address for reply in answers.replies] == [NS1, v6]
    assert [reply.failure for reply in answers.replies] == ["", "not_asked"]
    exchange.has_ipv6, exchange.zones[v6] = True, exchange.zones[NS1]
    answers = ask(exchange, "client.test", "MX")
    assert [reply.server.address for reply in answers.replies] == [v6], "what is given is enough"


def test_both_kinds_of_address_are_asked_for_at_once_and_neither_spoils_the_other() -> None:
    exchange = network()
    exchange.zones[TLD] = [
        zone("test.", f"client NS ns.a.far.\nhost NS ns.host\nns.host A {NS1}\n")
    ]
    exchange.zones[ROOT] = [
        zone(".", f"test. NS n.test.\nn.test. A {TLD}\nfar. NS n.far.\nn.far. A {NS2}\n")
    ]
    far = zone("far.", "other A 10.0.0.9\n")
    exchange.zones[NS2] = [far]
    ask_one, both, seen = exchange.ask, asyncio.Event(), list[str]()

    async def odd(question: Question, *, address: str) -> bytes:
        """It denies the name to those who ask for its zone, once, but has its addresses."""
        kind = dns.rdatatype.to_text(question.rdtype)
        if question.name.to_text() == "ns.a.far." and kind != "NS":
            seen.append(kind)
            if len(seen) == 2:
                both.set()
            await both.wait()
            held = [zone("far.", f"ns.a A {NS1}\nns.a AAAA fd00::7\n")]
            query = dns.message.make_query(question.name, kind)
            return answer(query, zones=held).to_wire()
        if question.name.to_text() == "a.far." and (NS2, "a.far. IN NS") in exchange.asked:
            raise NoAnswer("timeout")
        return await ask_one(question, address=address)

    walker = Walker(
        exchange=SimpleNamespace(ask=odd, has_ipv6=False), roots=[ROOT], allow_private=True
    )

    async def run() -> list[str]:
        async with asyncio.timeout(PATIENCE):
            cut = await walker.zone_of("client.test")
        return [server.address for server in cut.servers]

    assert asyncio.run(run()) == [NS1, "fd00::7"]


@pytest.mark.parametrize(
    "address",
    ["64:ff9b::a00:1", "ff0e::1", "224.0.0.1", "10.0.0.1", "::1", "2002:a00:1::", "fd00::1"],
)
def test_what_is_no_strangers_host_is_never_asked(address: str) -> None:
    exchange = MemoryExchange(zones={}, has_ipv6=True)
    walker = Walker(exchange=exchange, roots=[address])
    with pytest.raises(Unreachable):
        asyncio.run(walker.zone_of("client.test"))
    assert exchange.asked == []


def test_public_addresses_are_asked() -> None:
    exchange = MemoryExchange(zones={}, has_ipv6=True)
    roots = ["198.41.0.4", "2001:503:ba3e::2:30"]
    with pytest.raises(Unreachable):
        asyncio.run(Walker(exchange=exchange, roots=roots).zone_of("client.test"))
    assert [address for address, _question in exchange.asked] == roots


def test_a_server_that_keeps_silent_to_every_type_is_asked_no_more() -> None:
    """Others of its provider's domains wait for what it is asked; one that answers is asked all."""
    places = [(name, kind) for kind in ("MX", "TXT") for name in ("client.test", "key.client.test")]

    def hear(net: MemoryExchange) -> tuple[list[str], dict[str, set[str]]]:
        walker = Walker(exchange=net, roots=[ROOT], allow_private=True)

        async def run() -> list[Answers]:
            await walker.zone_of("client.test")
            net.asked.clear()
            await walker.ask_ahead(places)
            asked = [at for at, _ in net.asked]
            found = [await walker.look_up(name, kind, follow=False) for name, kind in places]
            assert [at for at, _ in net.asked] == asked  # nor is it asked once more
            return found

        found = asyncio.run(run())
        said: dict[str, set[str]] = {NS1: set(), NS2: set()}
        for reply in [reply for answers in found for reply in answers.replies]:
            said[reply.server.address].add(reply.failure)
        return [at for at, _ in net.asked], said

    net = network()
    net.silent.add(NS2)
    asked, said = hear(net)
    assert (asked.count(NS1), asked.count(NS2)) == (4, 2)
    assert said == {NS1: {""}, NS2: {"timeout"}}

    class NoMail(MemoryExchange):
        """One that something in front of it lets no MX through to."""

        async def ask(self, question: Question, *, address: str) -> bytes:
            if address == NS2 and question.rdtype == dns.rdatatype.MX:
                self.asked.append((address, ""))
                raise NoAnswer("timeout")
            return await super().ask(question, address=address)

    asked, said = hear(NoMail(zones=network().zones))
    assert (asked.count(NS1), asked.count(NS2)) == (4, 4)
    assert said == {NS1: {""}, NS2: {"timeout", ""}}
