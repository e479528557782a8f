"""What is asked by datagrams cannot be forged, held up by one server, or eat up the process."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import pytest
from dns.message import Message

from kernel.dns import streams, udp
from kernel.dns.ports import NoAnswer, Question
from kernel.dns.udp import UdpExchange
from tests.waiting import PATIENCE

pytestmark = pytest.mark.contract

HERE, THERE = "127.77.199.21", "127.77.199.22"


class Server:
    """A socket that a test answers from, at once or later."""

    def __init__(self, address: str, port: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.socket.settimeout(PATIENCE)
        self.port: int = self.socket.getsockname()[1]

    def hear(self) -> tuple[Message, tuple[str, int]]:
        wire, sender = self.socket.recvfrom(4096)
        return dns.message.from_wire(wire), sender

    def is_asked(self) -> bool:
        self.socket.setblocking(False)
        try:
            return bool(self.socket.recv(4096, socket.MSG_PEEK))
        except BlockingIOError:
            return False
        finally:
            self.socket.settimeout(PATIENCE)

    def reply(self, query: Message, to: tuple[str, int], text: str = "true") -> None:
        self.socket.sendto(wire_of(query, text), to)

    def cut_off(self) -> None:
        """Answer one question with what says that it is too long for a datagram."""
        query, sender = self.hear()
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.TC
        self.socket.sendto(reply.to_wire(), sender)

    def close(self) -> None:
        self.socket.close()


def wire_of(query: Message, text: str) -> bytes:
    reply = dns.message.make_response(query)
    reply.answer = [dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", text)]
    return reply.to_wire(max_size=65_535)


def question(name: str) -> Question:
    return Question(dns.name.from_text(name), dns.rdatatype.TXT)


def text_of(wire: bytes) -> str:
    return dns.message.from_wire(wire).answer[0][0].strings[0].decode()


@pytest.fixture
def server() -> Iterator[Server]:
    with closing(Server(HERE)) as here:
        yield here


def by_id(query: Message) -> Message:
    other = dns.message.from_wire(query.to_wire())
    other.id = query.id ^ 1
    return other


def by_name(query: Message) -> Message:
    return dns.message.make_query("evil.test", "TXT", id=query.id)


@pytest.mark.parametrize(
    ("address", "same_port", "change"),
    [
        (THERE, True, lambda query: query),
        (HERE, False, lambda query: query),
        (HERE, True, by_id),
        (HERE, True, by_name),
    ],
    ids=["address", "port", "id", "question"],
)
def test_only_whom_we_asked_answers_and_only_what_we_asked(
    server, address: str, same_port: bool, change: Callable[[Message], Message]
) -> None:
    async def run() -> str:
        waiting = UdpExchange(port=server.port, timeout=PATIENCE, tries=1).ask(
            question("shop.test"), address=HERE
        )
        query, sender = server.hear()
        if (address, same_port) == (HERE, True):
            server.reply(change(query), sender, "false")
        else:
            with closing(Server(address, server.port if same_port else 0)) as forger:
                forger.reply(change(query), sender, "false")
        server.reply(query, sender)
        return text_of(await waiting)

    assert asyncio.run(run()) == "true"


def test_a_server_learns_no_port_from_which_another_is_asked(server) -> None:
    async def run(there: Server) -> None:
        exchange = UdpExchange(port=server.port, timeout=PATIENCE, tries=1)
        names = ["evil.test", "shop.test"]
        asked = [exchange.ask(question(name), address=at) for name in names for at in (HERE, THERE)]
        heard = [(one, *one.hear()) for one in (server, there) for _ in names]
        ports = [sender[1] for _one, _query, sender in heard]
        assert ports[0] == ports[1] != ports[2] == ports[3]
        for one, query, sender in heard:
            one.reply(query, sender)
        await asyncio.gather(*asked)

    with closing(Server(THERE, server.port)) as there:
        asyncio.run(run(there))


def test_there_are_only_so_many_ports_and_who_finds_none_waits(server, monkeypatch) -> None:
    monkeypatch.setattr(udp, "_PORTS", 1)

    async def run(there: Server) -> None:
        exchange = UdpExchange(port=server.port, timeout=PATIENCE, tries=1)
        asked = [exchange.ask(question("shop.test"), address=at) for at in (HERE, HERE, THERE)]
        first, second = server.hear(), server.hear()
        server.reply(*first)
        await asked[0]
        await asyncio.sleep(0)
        assert not there.is_asked()
        server.reply(*second)
        await asked[1]
        await asyncio.sleep(0)
        there.reply(*there.hear())
        assert text_of(await asked[2]) == "true"

    with closing(Server(THERE, server.port)) as there:
        asyncio.run(run(there))


def test_a_process_without_files_left_gets_no_answer(monkeypatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(udp, "Port", full)

    async def run() -> None:
        await UdpExchange().ask(question("shop.test"), address=HERE)

    with pytest.raises(NoAnswer, match="unreachable"):
        asyncio.run(run())


def hang_up(query: bytes) -> bytes:
    return b""


def talk_too_long(query: bytes) -> bytes:
    text = " ".join(['"' + "x" * 250 + '"'] * 80)
    wire = wire_of(dns.message.from_wire(query), text)
    return len(wire).to_bytes(2, "big") + wire


def answer_another(query: bytes) -> bytes:
    wire = wire_of(dns.message.make_query("evil.test", "TXT", id=query[0] << 8 | query[1]), "false")
    return len(wire).to_bytes(2, "big") + wire


@pytest.mark.parametrize(
    ("says", "code"),
    [(hang_up, "unreachable"), (talk_too_long, "malformed"), (answer_another, "malformed")],
)
def test_a_server_that_cuts_off_and_then_talks_nonsense_gave_no_answer(
    says: Callable[[bytes], bytes], code: str
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        writer.write(says(await reader.readexactly(length)))
        writer.close()

    async def run(stack: ExitStack) -> None:
        listener = await asyncio.start_server(talk, HERE, 0)
        port = listener.sockets[0].getsockname()[1]
        server = stack.enter_context(closing(Server(HERE, port)))
        waiting = UdpExchange(port=port, timeout=20, tries=1).ask(
            question("shop.test"), address=HERE
        )
        server.cut_off()
        async with listener, asyncio.timeout(PATIENCE):
            with pytest.raises(NoAnswer, match=code):
                await waiting

    with ExitStack() as stack:
        asyncio.run(run(stack))


def test_what_ends_unforeseen_is_no_answer_too(server, monkeypatch) -> None:
    async def break_off(_query: bytes, **_options: object) -> bytes:
        raise RuntimeError("never seen before")

    monkeypatch.setattr(streams, "ask", break_off)

    async def run() -> None:
        exchange = UdpExchange(port=server.port, timeout=20, tries=1)
        waiting = exchange.ask(question("shop.test"), address=HERE)
        server.cut_off()
        async with asyncio.timeout(PATIENCE):
            await waiting

    with pytest.raises(NoAnswer):
        asyncio.run(run())


def test_only_so_many_connections_are_open(server, monkeypatch) -> None:
    monkeypatch.setattr(udp, "_BY_TCP", 2)
    counts: list[int] = []

    async def tcp(query: bytes, **_options: object) -> bytes:
        counts.append(1)
        await asyncio.sleep(0.01)
        running = sum(counts)
        counts.append(-1)
        assert running <= 2
        return dns.message.make_response(dns.message.from_wire(query)).to_wire()

    monkeypatch.setattr(streams, "ask", tcp)

    async def run() -> None:
        exchange = UdpExchange(port=server.port, timeout=20, tries=1)
        asked = [exchange.ask(question(f"n{n}.test"), address=HERE) for n in range(5)]
        for _ in asked:
            server.cut_off()
        await asyncio.gather(*asked)

    asyncio.run(run())
