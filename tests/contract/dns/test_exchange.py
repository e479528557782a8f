"""Asking a name server gives the same facts by real UDP and TCP as in memory."""

import asyncio
import socket

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from kernel.dns.memory import MemoryExchange
from kernel.dns.memory import zone as memory_zone
from kernel.dns.ports import Exchange, NoAnswer, Question
from kernel.dns.udp import UdpExchange

pytestmark = pytest.mark.contract

ADDRESS = "127.77.199.7"
LONG = "x" * 250


@pytest.fixture(params=["udp", "memory"])
def exchange(request: pytest.FixtureRequest) -> Exchange:
    """Somebody to ask about `shop.test`, which holds www and a text of 2,000 bytes."""
    if request.param == "memory":
        text = " ".join([f'"{LONG}"'] * 8)
        held = memory_zone("shop.test.", f"www A 192.0.2.1\nlong TXT {text}\n")
        return MemoryExchange(zones={ADDRESS: [held]})
    port = request.getfixturevalue("knot_port")
    request.getfixturevalue("knot")  # an empty zone, whoever wrote a wildcard into it before
    write = request.getfixturevalue("raw_update")
    write("long.shop.test.", "TXT", " ".join([f'"{LONG}"'] * 8))
    return UdpExchange(port=port, timeout=30, tries=1)


def ask(exchange: Exchange, name: str, rdtype: str, address: str = ADDRESS) -> dns.message.Message:
    question = Question(dns.name.from_text(name), dns.rdatatype.from_text(rdtype))

    async def run() -> dns.message.Message:
        return dns.message.from_wire(await exchange.ask(question, address=address))

    reply = asyncio.run(run())
    assert (reply.question[0].name, reply.question[0].rdtype) == (question.name, question.rdtype)
    return reply


def test_an_authoritative_answer(exchange) -> None:
    reply = ask(exchange, "www.shop.test", "A")
    assert reply.flags & dns.flags.AA
    assert [rdata.address for rdata in reply.answer[0]] == ["192.0.2.1"]


def test_an_absent_name(exchange) -> None:
    reply = ask(exchange, "nobody.shop.test", "A")
    assert reply.rcode() == dns.rcode.NXDOMAIN
    assert reply.flags & dns.flags.AA


def test_a_name_with_nothing_of_that_type(exchange) -> None:
    reply = ask(exchange, "www.shop.test", "MX")
    assert reply.rcode() == dns.rcode.NOERROR
    assert reply.flags & dns.flags.AA
    assert not reply.answer


def test_an_answer_too_long_for_a_datagram(exchange) -> None:
    reply = ask(exchange, "long.shop.test", "TXT")
    assert sum(len(part) for part in reply.answer[0][0].strings) == 2000


def test_a_zone_that_the_server_does_not_hold(exchange) -> None:
    assert ask(exchange, "other.test", "A").rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize(
    "exchange", [UdpExchange(port=53, timeout=0.2, tries=1), MemoryExchange(zones={})]
)
def test_a_server_that_is_not_there(exchange) -> None:
    with pytest.raises(NoAnswer):
        ask(exchange, "www.shop.test", "A", address="127.77.199.8")


def test_a_server_that_says_nothing_is_a_timeout() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((ADDRESS, 0))
        exchange = UdpExchange(port=silent.getsockname()[1], timeout=0.2, tries=2)
        with pytest.raises(NoAnswer, match="timeout"):
            ask(exchange, "www.shop.test", "A")
