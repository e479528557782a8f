"""A program can lean on the client: it repeats nothing twice and says what went wrong."""

import httpx
import pytest

from livery_client import transport
from livery_client.errors import ApiError, Unreachable
from livery_client.transport import Transport

PROBLEM = {
    "code": "domain.taken",
    "detail": "This domain is already in use here.",
    "request_id": "r-1",
    "errors": [{"pointer": "/name", "code": "domain.taken", "detail": "Taken."}],
}


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Seconds that the client would have slept."""
    slept = []
    monkeypatch.setattr(transport.time, "sleep", slept.append)
    return slept


def portal(*answers):
    """A client of a portal that gives these answers one after the other, and what it was sent."""
    seen, left = [], list(answers)

    def answer(request):
        seen.append(request)
        following = left.pop(0)
        if isinstance(following, Exception):
            raise following
        return following

    wire = httpx.MockTransport(answer)
    return Transport("acme.test", "lvk_k", address="127.0.0.9", wire=wire), seen


def test_it_connects_to_the_address_and_speaks_of_the_name():
    client, seen = portal(httpx.Response(200, json={"data": []}))
    assert client.send("GET", "/domains", query={"limit": 5, "state": None}) == {"data": []}
    assert str(seen[0].url) == "https://127.0.0.9/api/v1/domains?limit=5"
    assert seen[0].headers["Host"] == "acme.test"
    assert seen[0].headers["Authorization"] == "Bearer lvk_k"
    assert seen[0].extensions["sni_hostname"] == "acme.test"


def test_a_post_whose_answer_was_lost_is_repeated_under_the_same_key():
    client, seen = portal(httpx.ReadTimeout("lost"), httpx.Response(201, json={"id": "dom_1"}))
    assert client.send("POST", "/domains", body={"name": "a.test"}) == {"id": "dom_1"}
    keys = [request.headers["Idempotency-Key"] for request in seen]
    assert keys[0] == keys[1]


def test_a_delete_that_an_earlier_try_did_is_done():
    client, _ = portal(httpx.ReadTimeout("lost"), httpx.Response(404, json=PROBLEM))
    assert client.send("DELETE", "/domains/dom_1") is None


def test_a_patch_is_never_repeated():
    client, seen = portal(httpx.ReadTimeout("lost"))
    with pytest.raises(Unreachable):
        client.send("PATCH", "/domains/dom_1", body={})
    assert len(seen) == 1


def test_it_waits_as_long_as_the_portal_says(waits):
    busy = httpx.Response(429, headers={"Retry-After": "7"}, json={"code": "rate_limited"})
    client, _ = portal(busy, httpx.Response(204))
    assert client.send("GET", "/me") is None
    assert waits == [7.0]


def test_a_refusal_carries_its_code_its_fields_and_the_request_id():
    client, _ = portal(httpx.Response(409, json=PROBLEM))
    with pytest.raises(ApiError) as caught:
        client.send("POST", "/domains", body={})
    error = caught.value
    assert (error.status, error.code, error.request_id) == (409, "domain.taken", "r-1")
    assert error.errors[0]["pointer"] == "/name"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff"])
def test_an_answer_that_is_no_problem_is_an_error_all_the_same(body):
    client, _ = portal(*(httpx.Response(503, content=body) for _ in range(4)))
    with pytest.raises(ApiError) as caught:
        client.send("GET", "/me")
    assert caught.value.status == 503


def test_a_portal_that_stays_away_is_unreachable_in_the_end():
    client, seen = portal(*(httpx.ConnectError("refused") for _ in range(4)))
    with pytest.raises(Unreachable, match=r"acme\.test"):
        client.send("GET", "/me")
    assert len(seen) == 4
