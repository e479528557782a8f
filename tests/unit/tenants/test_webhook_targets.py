"""A webhook goes to the Internet and nowhere else."""

import asyncio
from functools import cache

import pytest

from tenants.webhooks.errors import InvalidTarget
from tenants.webhooks.sender.lookup import LookupFailed
from tenants.webhooks.sender.posting import Poster
from tenants.webhooks.targets import is_on_the_internet, read_target

PRIVATE = [
    "127.0.0.1", "127.77.1.2", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.9",
    "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    # An IPv4 address in another coat: mapped, compatible, NAT64, 6to4, Teredo.
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:53aa:64c:0:fbff:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_ours_or_of_nobody_is_no_target(address):
    assert not is_on_the_internet(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "185.199.108.153", "2606:4700::6810:84e5"])
def test_an_address_on_the_internet_is_one(address):
    assert is_on_the_internet(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.example.com/", "scheme"), ("ftp://example.com/", "scheme"),
        ("hooks.example.com", "scheme"), ("file:///etc/passwd", "scheme"), ("", "scheme"),
        ("https://user@example.com/", "form"), ("https://u:p@example.com/", "form"),
        ("https://example.com/#x", "form"), ("https://example.com/a b", "form"),
        ("https://example.com\\@127.0.0.1/", "form"), ("https://exa\nmple.com/", "form"),
        ("https://example.com:22/", "port"), ("https://example.com:99999/", "port"),
        ("https://127.0.0.1/", "private"), ("https://[::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"), ("https://169.254.169.254/latest", "private"),
        ("https://localhost/", "private"), ("https://intern/", "private"),
        # How resolvers of C libraries would read them: as addresses.
        ("https://127.1/", "host"), ("https://2130706433/", "host"), ("https://0177.0.0.1/", "host"),
        ("https:///x", "host"), ("https://-a-.example.com/", "host"), ("https://[::1/", "form"),
        ("https://example.com/" + "a" * 1000, "too_long"),
    ],
)  # fmt: skip
def test_what_is_refused_when_it_is_entered(url, reason):
    with pytest.raises(InvalidTarget) as refused:
        read_target(url, allow_private=False)
    assert refused.value.detail["reason"] == reason


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        (" https://Hooks.Example.COM:443/in?a=1&b=ä ", "https://hooks.example.com/in?a=1&b=%C3%A4"),
        ("https://bücher.example", "https://xn--bcher-kva.example/"),
        ("https://example.com:8443/x%20y", "https://example.com:8443/x%20y"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700::1]:8443/", "https://[2606:4700::1]:8443/"),
    ],
)
def test_an_address_is_stored_in_one_form(url, stored):
    assert read_target(url, allow_private=False).url == stored


@cache
def _poster():
    """One for all: reading the system's authorities takes its time."""
    return Poster(None, allow_private=False)


def _post(*answers, url="https://hooks.example.com/"):
    """What comes of a request whose name has these addresses, the first time, the second…"""
    given = iter(answers)

    async def addresses(_: str) -> list[str]:
        found = next(given)
        if isinstance(found, Exception):
            raise found
        return found

    poster = _poster()
    poster._addresses = addresses
    return asyncio.run(poster.post(url, body="{}", headers={}))


def test_a_name_that_leads_home_is_not_asked():
    """Sockets are off in unit tests: a request that began would say so."""
    for found in (["127.0.0.1"], ["::ffff:10.0.0.1", "::1"], ["169.254.169.254"]):
        assert _post(found).error == "the host is not on the Internet"
    assert _post([]).error == "the host has no address"
    assert _post(LookupFailed("DNS gave no answer about x")).error == "DNS gave no answer about x"
    assert _post(url="https://10.0.0.1/").error == "this address is not allowed"


def test_a_name_is_looked_up_once_and_the_answer_is_where_the_request_goes(monkeypatch):
    """DNS rebinding: a second look-up would find another address. There is none."""
    sent = []

    async def send(self, target, address, body, headers):
        sent.append((target.host, address))
        raise OSError

    monkeypatch.setattr(Poster, "_send", send)
    _post(["10.0.0.1", "8.8.8.8"], ["127.0.0.1"])
    assert sent == [("hooks.example.com", "8.8.8.8")]
