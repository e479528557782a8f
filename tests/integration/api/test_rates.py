"""Limits of requests: told with each answer, kept apart by key, reseller and address."""

import itertools
import random

import pytest

from kernel.rest import rates
from tenants.organisations import services

#: A minute of each test's own, so that none sees the counts of another; it does not pass meanwhile.
_minutes = itertools.count(random.randrange(10**6, 10**9))


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch):
    minute = next(_minutes)
    monkeypatch.setattr(rates, "seconds", lambda: minute * 60.0 + 26)


def limit(settings, **quotas):
    settings.API_REQUESTS_PER_MINUTE = {"key": 100, "reseller": 100, "failures": 100, **quotas}


def test_each_answer_says_how_the_caller_stands(acme, program, settings) -> None:
    limit(settings, key=2)
    api, other = program(acme), program(acme)
    first = api.get("me")
    assert first["RateLimit-Policy"] == '"key";q=2;w=60, "reseller";q=100;w=60'
    assert first["RateLimit"] == '"key";r=1;t=34, "reseller";r=99;t=34'
    # What is refused counts too.
    assert api.get("domains/dom_1")["RateLimit"].startswith('"key";r=0;t=34')
    refused = api.post("organisations", {"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert (refused["Retry-After"], refused["Content-Type"]) == ("34", "application/problem+json")
    assert other.get("me").status_code == 200


def test_all_keys_of_a_reseller_count_together(acme, globex, program, settings) -> None:
    limit(settings, reseller=3)
    keys = [program(acme) for _ in range(3)]
    assert [key.get("me").status_code for key in keys] == [200] * 3
    assert program(acme).get("me").status_code == 429
    assert program(globex).get("me").status_code == 200


def test_a_key_and_what_it_made_count_together(acme, program, settings) -> None:
    limit(settings, key=3)
    api = program(acme, scopes=services.ALL_SCOPES)
    told = api.post("api-keys", {"name": "made", "scopes": ["domains.read"]}).json()
    child = type(api)(acme.host, told["secret"])
    assert [child.get("me").status_code for _ in range(3)] == [200, 200, 429]
    assert api.get("me").status_code == 429
    assert program(acme).get("me").status_code == 200


def test_strangers_wait_and_good_keys_from_the_same_address_do_not(acme, program, settings) -> None:
    limit(settings, failures=2)
    good, bad = program(acme), program(acme)
    bad.headers = {**bad.headers, "Authorization": "Bearer lvk_0000000000_nonsense"}
    assert [bad.get("me").status_code for _ in range(3)] == [401, 401, 429]
    bad.headers = {"Host": acme.host}
    assert bad.get("nowhere").status_code == 429
    assert good.get("me").status_code == 200
    assert bad.get("me", headers={"X-Forwarded-For": "192.0.2.77"}).status_code == 401


def test_without_redis_everything_passes_and_nothing_is_said(acme, program, settings) -> None:
    limit(settings, key=0, reseller=0)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for _ in range(3):
        answer = program(acme).get("me")
        assert answer.status_code == 200
        assert "RateLimit" not in answer
