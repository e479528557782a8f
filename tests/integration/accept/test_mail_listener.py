"""The LMTP server under peers that are slow, many, or gone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from mailcore.delivery.mail_listener import MailListener
from mailcore.protocol.mail_dialects import Answer
from mailcore.protocol.mail_session import Limits, MailSession, Transaction
from tests.integration.accept.conftest import ADDRESS, free_port
from tests.waiting import PATIENCE

MESSAGE = b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nx\r\n.\r\n"
Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _ok(transaction: Transaction) -> Sequence[Answer]:
    return [Answer(code=250, enhanced="2.0.0", text="Ok")] * len(transaction.recipients)


async def _fails(transaction: Transaction) -> Sequence[Answer]:
    raise ZeroDivisionError


def _with_listener(
    scene: Callable[[Callable[[], Awaitable[Peer]]], Awaitable[None]],
    *,
    deliver: Callable[[Transaction], Awaitable[Sequence[Answer]]] = _ok,
    **given: float,
) -> None:
    """Play a scene against a listener that is stopped afterwards."""

    async def main() -> None:
        listener = MailListener(
            session=lambda: MailSession(host="h", limits=Limits()), deliver=deliver, **given
        )
        stop, peers, port = asyncio.Event(), [], free_port()
        serving = asyncio.create_task(listener.serve(address=(ADDRESS, port), stop=stop, drain=1))

        async def connect() -> Peer:
            while True:
                try:
                    peers.append(await asyncio.open_connection(ADDRESS, port))
                    return peers[-1]
                except ConnectionRefusedError:
                    await asyncio.sleep(0.05)

        await scene(connect)
        stop.set()
        await serving
        for _, writer in peers:
            writer.close()

    asyncio.run(asyncio.wait_for(main(), PATIENCE))


def test_a_peer_that_says_nothing_is_told_so_and_hung_up() -> None:
    async def scene(connect: Callable[[], Awaitable[Peer]]) -> None:
        reader, _ = await connect()
        heard = await reader.read()
        assert heard == b"220 h LMTP\r\n421 4.4.2 Nothing came for too long\r\n"

    _with_listener(scene, patience=0.2)


def test_one_connection_too_many_is_sent_away() -> None:
    async def scene(connect: Callable[[], Awaitable[Peer]]) -> None:
        first, _ = await connect()
        assert (await first.readline()).startswith(b"220")
        second, _ = await connect()
        assert (await second.read()).startswith(b"421 4.3.2")

    _with_listener(scene, connections=1)


def test_a_fault_of_ours_is_answered_4xx_and_the_connection_lives() -> None:
    async def scene(connect: Callable[[], Awaitable[Peer]]) -> None:
        reader, writer = await connect()
        writer.write(MESSAGE + b"NOOP\r\nQUIT\r\n")
        lines = (await reader.read()).splitlines()
        assert [line[:3] for line in lines[-3:]] == [b"451", b"250", b"221"]

    _with_listener(scene, deliver=_fails)


def test_replies_to_pipelined_commands_come_in_order() -> None:
    async def scene(connect: Callable[[], Awaitable[Peer]]) -> None:
        reader, writer = await connect()
        writer.write(MESSAGE * 3 + b"QUIT\r\n")
        codes = [line[:3] for line in (await reader.read()).splitlines() if line[3:4] == b" "]
        assert codes == [b"220", *[b"250", b"250", b"250", b"354", b"250"] * 3, b"221"]

    _with_listener(scene)


def test_a_peer_that_hangs_up_in_a_message_stores_nothing() -> None:
    taken: list[Transaction] = []

    async def deliver(transaction: Transaction) -> Sequence[Answer]:
        taken.append(transaction)
        return await _ok(transaction)

    async def scene(connect: Callable[[], Awaitable[Peer]]) -> None:
        reader, writer = await connect()
        writer.write(MESSAGE.removesuffix(b".\r\n"))
        writer.write_eof()
        await reader.read()

    _with_listener(scene, deliver=deliver)
    assert taken == []


def test_large_mail_is_put_off_while_there_is_too_much_of_it_and_small_mail_goes_on() -> None:
    async def scene(connect: Callable[[], Awaitable[Peer]]) -> None:
        hello = b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n"
        first, held = await connect()
        held.write(hello + b"x" * 1_000_000)
        await held.drain()
        await first.readuntil(b"354 ")
        reader, writer = await connect()
        writer.write(hello + b"x" * 2_000_000 + b"\r\n.\r\n")
        assert b"452 4.3.1" in await reader.readuntil(b"try again later\r\n")
        small, writer = await connect()
        writer.write(MESSAGE)
        assert b"250 2.0.0 Ok" in await small.readuntil(b"2.0.0 Ok\r\n")
        held.write(b"\r\n.\r\n")
        assert b"250 2.0.0 Ok" in await first.readuntil(b"2.0.0 Ok\r\n")

    _with_listener(scene, most_held=1_500_000)
