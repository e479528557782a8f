"""The database goes away for a while, with mail under way."""

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from tests.waiting import eventually

HOST = "127.77.101.50"


class Line:
    """A way to the database that can be cut and mended."""

    def __init__(self) -> None:
        self._ends: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self.port = 0

    def mend(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, self.port))
        listener.listen()
        self._listener, self.port = listener, listener.getsockname()[1]
        self._start(self._accept, listener)

    def cut(self) -> None:
        for end in [self._listener, *self._ends]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for end in [self._listener, *self._ends]:
            end.close()
        self._ends, self._threads = [], []

    def _start(self, work: Callable[..., None], *ends: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=ends))
        self._threads[-1].start()

    def _accept(self, listener: socket.socket) -> None:
        database = settings.DATABASES["default"]
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((database["HOST"], int(database["PORT"])))
                self._ends += [near, far]
                self._start(self._pass_on, near, far)

    def _pass_on(self, near: socket.socket, far: socket.socket) -> None:
        with selectors.DefaultSelector() as ready, contextlib.suppress(OSError):
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in ready.select():
                    data = key.fileobj.recv(65536)
                    if not data:
                        key.data.shutdown(socket.SHUT_WR)
                        return
                    key.data.sendall(data)


@pytest.fixture
def line() -> Iterator[Line]:
    known = Line()
    known.mend()
    yield known
    known.cut()


def test_mail_flows_again_when_it_is_back_and_nothing_is_sent_twice(
    loop, sink, line, submit, database
):
    for number in range(30):
        submit(f"bob{number}@outside.test")
    dsn = f"{loop.settings.delivery_dsn} hostaddr={HOST}"
    loop.start(delivery_dsn=f"{dsn} port={line.port}")
    eventually(lambda: len(sink.received) >= 5)
    line.cut()
    time.sleep(8)
    submit("late@outside.test")
    line.mend()
    eventually(lambda: sink.copies("late@outside.test"))
    done = "SELECT DISTINCT status FROM public.recipient WHERE domain = 'outside.test'"
    eventually(lambda: database.execute(done).fetchall() == [("delivered",)])
    assert len(sink.received) == 31
