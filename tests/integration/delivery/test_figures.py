"""The figures of an egress process, read over HTTP."""

import asyncio
import socket
import urllib.error
import urllib.request

from mailcore.delivery.reporting import exposition
from tests.waiting import eventually

HOST = "127.77.101.17"


def _free_port():
    with socket.socket() as free:
        free.bind((HOST, 0))
        return free.getsockname()[1]


async def _get(port, path):
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


def test_the_figures_are_read_over_http_and_nothing_else_is():
    port = _free_port()

    async def ask():
        async with asyncio.timeout(5):
            serving = asyncio.create_task(
                exposition.serve((HOST, port), render=lambda: b"livery_x 1.0\n")
            )
            await asyncio.sleep(0.05)
            answers = [await _get(port, path) for path in ("/metrics", "/other")]
            serving.cancel()
            return answers

    figures, other = asyncio.run(ask())
    assert figures.startswith(b"HTTP/1.1 200 OK\r\n")
    assert figures.endswith(b"\r\n\r\nlivery_x 1.0\n")
    assert other.startswith(b"HTTP/1.1 404 ")


def _figures(port):
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=5) as answer:
            return answer.read().decode()
    except urllib.error.URLError:
        return ""


def test_an_egress_process_shows_its_tries_and_its_queue(loop, sink, submit):
    port = _free_port()
    submit("bob@outside.test", "ann@outside.test")
    sink.replies["ann@outside.test"] = ["550 5.1.1 nobody of this name"]
    loop.start(metrics=(HOST, port))
    wanted = (
        'livery_tries_total{kind="",outcome="delivered",provider="other",stream="mailbox"} 1.0',
        'livery_tries_total{kind="hard",outcome="bounced",provider="other",stream="mailbox"} 1.0',
        'livery_queue_lateness_seconds{stream="mailbox"}',
    )
    eventually(lambda: all(line in _figures(port) for line in wanted))
