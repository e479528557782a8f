"""MX hosts → provider."""

import pytest

from mailcore.protocol.providers import OTHER, PROVIDERS, SUFFIXES, provider_of


@pytest.mark.parametrize(
    ("hosts", "provider"),
    [
        (["gmail-smtp-in.l.google.com", "alt1.gmail-smtp-in.l.google.com"], "gmail"),
        (["ASPMX.L.GOOGLE.COM.", "alt3.aspmx.googlemail.com."], "gmail"),
        (["mta5.am0.yahoodns.net"], "yahoo"),
        (["outlook-com.olc.protection.outlook.com"], "outlook"),
        (["client-test.mail.protection.outlook.com"], "m365"),
        (["client-test.r-v1.mx.microsoft"], "m365"),
        (["mx01.mail.icloud.com"], "apple"),
        (["mx-ha02.web.de"], "gmx"),
        (["mx1.mail.yahoo.co.jp"], "yahoo-jp"),
        (["mx.client.test"], OTHER),
        (["notgoogle.com"], OTHER),
        (["google.com.client.test"], OTHER),
        ([], OTHER),
        ([""], OTHER),
    ],
)
def test_a_provider_is_known_by_its_hosts(hosts, provider):
    assert provider_of(hosts) == provider


def test_most_hosts_decide_and_a_known_provider_wins_a_tie():
    assert provider_of(["mx.client.test", "aspmx.l.google.com"]) == "gmail"
    assert provider_of(["mx1.client.test", "mx2.client.test", "aspmx.l.google.com"]) == OTHER


def test_order_changes_nothing():
    hosts = ["aspmx.l.google.com", "mx00.gmx.net"]
    assert provider_of(hosts) == provider_of(hosts[::-1])


def test_every_provider_is_listed():
    assert set(SUFFIXES.values()) < PROVIDERS
