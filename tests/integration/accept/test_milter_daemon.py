"""The submission milter as a server: garbage costs only the connection that it came by."""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from mailcore.delivery.daemons import milter
from tests.waiting import PATIENCE

HOST = "127.77.101.14"
OFFER = b"O" + struct.pack("!III", 6, 0x1FF, 0x1FFFFF)


def _frame(payload: bytes) -> bytes:
    return struct.pack("!I", len(payload)) + payload


@pytest.fixture
def connect() -> Iterator[Callable[[], socket.socket]]:
    """Connections to a milter of its own."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    begun, sockets = threading.Event(), []
    parts: list[object] = []

    async def main() -> None:
        stop = asyncio.Event()
        parts.extend((asyncio.get_running_loop(), stop))
        begun.set()
        await milter.serve(address=(HOST, port), key=b"k" * 32, stop=stop)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    assert begun.wait(PATIENCE)

    def connect() -> socket.socket:
        for _ in range(PATIENCE * 20):
            try:
                sockets.append(socket.create_connection((HOST, port), timeout=PATIENCE))
                return sockets[-1]
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise AssertionError("the milter does not listen")

    yield connect
    for connection in sockets:
        connection.close()
    loop, stop = parts
    loop.call_soon_threadsafe(stop.set)
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xff\xff\xff" + b"x" * 100,
        b"\0\0\0\0",
        _frame(b"O\0"),
        _frame(OFFER) + _frame(b"Lno end"),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=["huge", "empty", "short offer", "cut header", "http"],
)
def test_garbage_ends_only_its_own_connection(connect, garbage):
    good, bad = connect(), connect()
    good.sendall(_frame(OFFER))
    assert len(good.recv(100)) == 17
    bad.sendall(garbage)
    bad.shutdown(socket.SHUT_WR)
    while bad.recv(1000):
        pass
    good.sendall(_frame(b"DM{auth_authen}\0a@x.test\0") + _frame(b"M<a@x.test>\0"))
    assert good.recv(100) == _frame(b"c")


def test_frames_that_arrive_in_pieces_are_one(connect):
    connection = connect()
    for byte in _frame(OFFER):
        connection.sendall(bytes([byte]))
    assert len(connection.recv(100)) == 17
