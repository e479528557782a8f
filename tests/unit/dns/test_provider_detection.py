"""Whose name servers a domain has: by the whole names that providers publish."""

import pytest

from mailcore.zones.adapters.providers import PROVIDERS, detect

WHOLE = {
    "cloudflare": ["ada.ns.cloudflare.com", "Bob.NS.cloudflare.com."],
    "digitalocean": [f"ns{n}.digitalocean.com" for n in (1, 2, 3)],
    "dnsimple": ["ns1.dnsimple.com", "ns2.dnsimple-edge.net", "ns4.dnsimple-edge.org"],
    "hetzner": ["hydrogen.ns.hetzner.com", "oxygen.ns.hetzner.com", "helium.ns.hetzner.de"],
    "ionos": [f"ns1053.ui-dns.{end}" for end in ("com", "org", "de", "biz")],
    "linode": [f"ns{n}.linode.com" for n in (1, 2, 3, 4, 5)],
    "netcup": ["root-dns.netcup.net", "second-dns.netcup.net", "third-dns.netcup.net"],
    "ovh": ["dns104.ovh.net", "ns104.ovh.net", "ns200.anycast.me", "dns18.ovh.ca"],
    "porkbun": [f"{n}.ns.porkbun.com" for n in ("curitiba", "fortaleza", "maceio", "salvador")],
    "scaleway": ["ns0.dom.scw.cloud", "ns1.dom.scw.cloud"],
    "vultr": ["ns1.vultr.com", "ns2.vultr.com"],
}
LOOK_ALIKE = [
    "ns1.cloudflare.com.evil.test",
    "ada.ns.cloudflare.com.evil.test",
    "evilns.cloudflare.com",
    "xns1.vultr.com",
    "ns1-vultr.com",
    "a.ns1.vultr.com",
    "ns3012345.ovh.net",  # somebody's server, not their name servers
    "sdns2.ovh.net",  # a secondary of somebody's own zone
    "li123-45.members.linode.com",
    "ns1.your-server.de",  # Hetzner's, but not those of its zones
    "ns1.elsewhere.example",
    "ns1.shop.test",
    "",
]


def test_every_provider_is_recognised_by_what_it_publishes() -> None:
    assert sorted(WHOLE) == sorted(PROVIDERS)
    for name, servers in WHOLE.items():
        found = detect(servers)
        assert (found.provider, found.providers, found.is_split) == (name, (name,), False)


@pytest.mark.parametrize("host", LOOK_ALIKE)
def test_what_looks_alike_or_is_a_name_of_the_owners_is_nobodys(host: str) -> None:
    found = detect([host])
    assert (found.provider, found.providers, found.is_split) == ("", (), False)
    # Beside a real one: part of the domain's servers would not show what we write.
    beside = detect([host, "ns1.vultr.com"])
    assert (beside.provider, beside.providers, beside.is_split) == ("", ("vultr",), True)


def test_servers_of_two_providers_are_split_and_none_are_nobodys() -> None:
    found = detect([*WHOLE["hetzner"], *WHOLE["cloudflare"]])
    assert (found.provider, found.is_split) == ("", True)
    assert found.providers == ("cloudflare", "hetzner")
    assert detect([]).provider == ""
