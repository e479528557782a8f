"""Walks that learn from each other see a changed delegation all the same, and IPv6 is counted."""

import asyncio

from kernel.dns.answers import Answers
from kernel.dns.cuts import SharedCuts
from kernel.dns.memory import MemoryExchange, zone
from kernel.dns.walk import Walker
from tests.unit.dns.test_walk import NS1, NS2, ROOT, TLD, network

NS3 = "10.0.0.9"


def ask(exchange: MemoryExchange, subject: str, shared: SharedCuts) -> Answers:
    walk = Walker(
        exchange=exchange, roots=[ROOT], allow_private=True, shared=shared, subject=subject
    )

    async def run() -> Answers:
        await walk.zone_of(subject)
        await walk.ask_ahead([(subject, "MX"), (subject, "TXT")])
        return await walk.look_up(subject, "MX")

    return asyncio.run(run())


def test_the_subject_is_walked_to_anew_and_only_what_is_above_is_shared() -> None:
    exchange, shared = network(), SharedCuts()
    ask(exchange, "client.test", shared)
    exchange.asked.clear()
    ask(exchange, "client.test", shared)
    asked = [question.partition(" ")[0] for address, question in exchange.asked]
    assert "test." not in asked, "the top-level domain's servers are known"
    assert (TLD, "client.test. IN NS") in exchange.asked, "and those of the domain are asked for"


def test_a_changed_delegation_is_seen_at_once() -> None:
    exchange, shared = network(), SharedCuts()
    assert ask(exchange, "client.test", shared).heard[0].values == ("10 mx.infra.test",)
    moved = f"client NS ns.new.test.\nns.new A {NS3}\n"
    exchange.zones[TLD] = [zone("test.", moved)]
    exchange.zones[NS3] = [zone("client.test.", "@ NS ns.new.test.\n@ MX 10 mx.new.test.\n")]
    answers = ask(exchange, "client.test", shared)
    assert [reply.server.address for reply in answers.replies] == [NS3]
    assert answers.heard[0].values == ("10 mx.new.test",)


def test_all_that_is_asked_ahead_is_asked_once() -> None:
    exchange = network()
    ask(exchange, "client.test", SharedCuts())
    assert exchange.asked.count((NS1, "client.test. IN MX")) == 1
    assert exchange.asked.count((NS2, "client.test. IN TXT")) == 1


def test_an_ipv6_address_is_asked_where_the_host_has_ipv6_and_counted_otherwise() -> None:
    v6 = "fd00::7"
    for has_ipv6, failures in ((True, ["", ""]), (False, ["", "not_asked"])):
        exchange = network()
        exchange.has_ipv6 = has_ipv6
        glue = f"client NS ns.client\nns.client A {NS1}\nns.client AAAA {v6}\n"
        exchange.zones[TLD] = [zone("test.", glue)]
        exchange.zones[v6] = exchange.zones[NS1]
        answers = ask(exchange, "client.test", SharedCuts())
        assert [reply.server.address for reply in answers.replies] == [NS1, v6]
        assert [reply.failure for reply in answers.replies] == failures
        assert answers.agreed


def test_what_one_walk_could_not_find_out_is_no_news_for_others() -> None:
    exchange, shared, lost = network(), SharedCuts(), "10.0.0.8"
    exchange.zones[ROOT] = [
        zone(".", f"test. NS ns.test.\nns.test. A {TLD}\nfar. NS n.far.\nn.far. A {lost}\n")
    ]
    exchange.zones[TLD] = [zone("test.", "prov NS ns.prov.far.\n")]
    exchange.zones[lost] = [zone("far.", f"ns.prov A {NS3}\n")]

    def servers_of(subject: str) -> list[str]:
        walk = Walker(
            exchange=exchange, roots=[ROOT], allow_private=True, shared=shared, subject=subject
        )
        return [one.address for one in asyncio.run(walk.zone_of("prov.test")).servers]

    exchange.silent.add(lost)
    assert servers_of("evil.test") == [""]
    exchange.silent.clear()
    assert servers_of("client.test") == [NS3]
