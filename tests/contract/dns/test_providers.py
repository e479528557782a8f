"""Providers' interfaces: tokens, limits, pages, and what is known when one fails half-way."""

import pytest

from mailcore.protocol import dns_plan
from mailcore.zones.adapters.providers import detect
from mailcore.zones.ports import ZoneBusy, ZoneRefused
from mailcore.zones.services import write
from tests.contract.dns.conftest import at_provider
from tests.contract.dns.test_zone_editor import WANTED, Z, put, values

pytestmark = pytest.mark.contract


def test_a_token_that_is_not_taken_is_told(provider, account) -> None:
    with pytest.raises(ZoneRefused) as caught:
        at_provider(provider, account, token="wrong").read(Z, [(Z, "TXT")])
    assert caught.value.code == "provider.bad_key"


def test_a_limit_is_a_matter_of_waiting(provider, account) -> None:
    account.failures = [("POST", 429, {"Retry-After": "70"})]
    with pytest.raises(ZoneBusy) as caught:
        write(at_provider(provider, account), WANTED, ours=[])
    assert (caught.value.code, caught.value.wait) == ("provider.rate_limited", 70)


def test_a_fault_of_theirs_may_pass(provider, account) -> None:
    account.failures = [("GET", 502, {})]
    with pytest.raises(ZoneBusy) as caught:
        at_provider(provider, account).read(Z, [(Z, "TXT")])
    assert caught.value.code == "provider.failed"


def test_what_was_done_before_a_refusal_is_known(provider, account) -> None:
    account.failures, account.after = [("POST", 422, {})], 2
    with pytest.raises(ZoneRefused) as caught:
        write(at_provider(provider, account), WANTED, ours=[])
    assert caught.value.code == "provider.refused"
    assert len(caught.value.done) == 2
    zone = at_provider(provider, account)
    assert all(change.value in values(zone, *change.place) for change in caught.value.done)


def test_redirections_are_not_followed(provider, account) -> None:
    account.failures = [("GET", 302, {"Location": "http://127.77.199.8:1/"})]
    with pytest.raises(ZoneRefused) as caught:
        at_provider(provider, account).read(Z, [(Z, "TXT")])
    assert caught.value.code == "provider.refused"


def test_an_answer_of_another_shape_is_told(provider, account) -> None:
    account.failures = [("GET", 200, {})] * 2
    with pytest.raises(ZoneRefused) as caught:
        at_provider(provider, account).read(Z, [(Z, "TXT")])
    assert caught.value.code == "provider.malformed"


def test_a_server_that_is_away_may_come_back(provider, account) -> None:
    account.url = account.url.replace("127.77.199.8", "127.77.199.9")
    with pytest.raises(ZoneBusy) as caught:
        at_provider(provider, account).read(Z, [(Z, "TXT")])
    assert caught.value.code == "provider.unreachable"


def test_every_page_of_a_zone_is_read(provider, account) -> None:
    zone = at_provider(provider, account)
    put(zone, Z, "TXT", *(f"note-{n}" for n in range(13)))
    assert len(values(zone, Z, "TXT")) == 13
    places = dns_plan.places(WANTED, ours=[])
    assert len(zone.read(Z, places)[Z, "TXT"].values) == 13


def test_a_provider_is_recognised_by_all_of_its_name_servers() -> None:
    assert detect(["ada.ns.cloudflare.com", "bob.ns.cloudflare.com."]) == "cloudflare"
    assert detect(["ns1.digitalocean.com", "ns2.digitalocean.com"]) == "digitalocean"
    assert detect(["ada.ns.cloudflare.com", "ns1.elsewhere.example"]) == ""
    assert detect(["ada.ns.cloudflare.com.evil.example"]) == ""
    assert detect([]) == ""
