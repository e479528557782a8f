"""The figures of the accept daemon, read over HTTP."""

import urllib.error
import urllib.request

import pytest

from tests.integration.accept.conftest import ADDRESS, free_port
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_taken_and_what_was_not_is_counted(anna, start, letter):
    port = free_port()
    client = start(metrics=(ADDRESS, port)).connect()
    client.send(letter(), "<x@outside.test>", "<ben@client.test>")
    wanted = (
        'livery_accept_messages_total{code="250"} 1.0',
        "livery_accept_recipients_total 2.0",
        "livery_accept_seconds_count 1.0",
    )
    eventually(lambda: all(line in _figures(port) for line in wanted))


def _figures(port):
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}:{port}/metrics", timeout=60) as answer:
            return answer.read().decode()
    except urllib.error.URLError:
        return ""
