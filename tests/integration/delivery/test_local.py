"""Mail to mailboxes that are hosted here."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.waiting import eventually

HOST = "127.77.101.13"


@dataclass
class SpamFilter:
    """Answers as Rspamd does; what it was asked is kept."""

    url: str = ""
    action: str = "no action"
    asked: list[dict[str, list[str]]] = field(default_factory=list)


@pytest.fixture
def spam_filter() -> Iterator[SpamFilter]:
    known = SpamFilter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            known.asked.append({name: self.headers.get_all(name) for name in self.headers})
            body = json.dumps({"action": known.action, "score": 1.0}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Handler)
    known.url = f"http://{HOST}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


def test_mail_between_hosted_mailboxes_never_leaves(loop, sink, mail_store, spam_filter, submit):
    submit("info@client.test")
    loop.start(rspamd_url=spam_filter.url)
    eventually(lambda: mail_store.copies("info@client.test"))
    assert not sink.received
    (asked,) = spam_filter.asked
    assert asked["Rcpt"] == ["info@client.test"]
    assert asked["User"] == ["shop@client.test"]
    assert "IP" not in asked
    assert b"X-Spam" not in mail_store.copies("info@client.test")[0]


def test_spam_is_marked_and_a_forged_mark_is_taken_away(loop, mail_store, spam_filter, submit):
    spam_filter.action = "add header"
    submit("info@client.test")
    loop.start(rspamd_url=spam_filter.url)
    (content,) = eventually(lambda: mail_store.copies("info@client.test"))
    assert content.startswith(b"X-Spam: Yes\r\n")


def test_a_spam_filter_that_is_away_delays_and_loses_nothing(
    loop, mail_store, spam_filter, submit, database
):
    submit("info@client.test")
    loop.start(rspamd_url=f"http://{HOST}:1")
    eventually(lambda: database.execute("SELECT 1 FROM public.attempt").fetchone())
    phase, outcome = database.execute(
        "SELECT phase, outcome FROM public.attempt LIMIT 1"
    ).fetchone()
    assert (phase, outcome) == ("scan", "deferred")
    assert not mail_store.received
    loop.stop()
    loop.start(rspamd_url=spam_filter.url)
    eventually(lambda: mail_store.copies("info@client.test"))


def test_an_unknown_local_address_comes_back(loop, mail_store, spam_filter, submit, database):
    mail_store.replies["nobody@client.test"] = ["550 5.1.1 <nobody@client.test> User doesn't exist"]
    submit("nobody@client.test")
    loop.start(rspamd_url=spam_filter.url)
    eventually(lambda: mail_store.copies("shop@client.test"))
    assert database.execute(
        "SELECT status, final_enhanced FROM public.recipient WHERE address = 'nobody@client.test'"
    ).fetchone() == ("bounced", "5.1.1")
