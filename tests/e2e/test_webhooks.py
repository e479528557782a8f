"""A message that is delivered is told to a program of the reseller, which can prove who says so."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest
from standardwebhooks import Webhook

from stack.client.endpoints import Endpoints
from stack.client.waiting import PATIENCE
from stack.demo.sending import submit_as
from stack.demo.steps import Outcome
from stack.demo.world import World

Heard = Queue[tuple[dict[str, str], bytes]]


@pytest.fixture
def receiver(endpoints: Endpoints) -> Iterator[tuple[str, Heard]]:
    """A web server beside the stack's own addresses: its URL and what it hears."""
    heard: Heard = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    network = endpoints.service("web").address.rpartition(".")[0]
    server = ThreadingHTTPServer((f"{network}.60", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{network}.60:{server.server_address[1]}/mail", heard
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_delivery_is_told_and_signed(
    told: dict[str, Outcome], world: World, receiver: tuple[str, Heard]
) -> None:
    assert told
    url, heard = receiver
    api = world.acme.rest
    webhook = api.post("/webhooks", {"url": url, "events": ["message.delivered"]})
    address = world.outside_address("hook")
    assert submit_as(world, world.sender, to=address, subject="tell me").ok
    while True:  # mail of the journeys may still be on its way
        headers, body = heard.get(timeout=PATIENCE)
        Webhook(webhook["secret"]).verify(body, headers)
        event = json.loads(body)
        if event["data"]["recipient"] == address:
            break
    assert event["type"] == "message.delivered"
    assert event["data"]["from_domain"] == world.domain
    assert event["data"]["code"] == 250
    page = api.call("DELETE", f"/webhooks/{webhook['id']}")
    assert page.status == 204
