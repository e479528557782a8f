"""A domain is routed only when its owner has shown it in DNS, at its own servers."""

from datetime import timedelta

import pytest
from django.db import connection

from kernel import clock
from kernel.models import OutboxEvent
from mailcore.directory.models import Route, SigningKey
from mailcore.domains import selectors, services
from mailcore.domains.models import Domain


def add(acme, name: str = "shop.test") -> Domain:
    return services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name=name
    )


def verdicts(domain: Domain) -> dict[str, tuple[str, str]]:
    return {row.purpose: (row.verdict, row.code) for row in selectors.list_records(domain)}


def test_a_new_domain_is_claimed_and_not_routed(acme) -> None:
    domain = add(acme)
    assert domain.state == "pending"
    assert not Route.objects.get(domain="shop.test").is_verified
    assert {row.verdict for row in selectors.list_records(domain)} == {"unchecked"}


def test_publishing_all_records_verifies_the_domain(acme, internet, publish_all) -> None:
    domain = add(acme)
    net = internet("shop.test")
    publish_all(net, domain)
    domain = services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
    assert domain.state == "verified"
    assert Route.objects.get(domain="shop.test").is_verified
    assert {verdict for verdict, _ in verdicts(domain).values()} == {"match"}
    assert OutboxEvent.objects.filter(type="domain.verified").count() == 1
    states = dict(SigningKey.objects.filter(domain="shop.test").values_list("selector", "state"))
    assert states == {"r1": "active", "e1": "active", "r2": "pending", "e2": "pending"}


def test_checking_again_tells_nothing_new(acme, internet, publish_all) -> None:
    domain = add(acme)
    net = internet("shop.test")
    publish_all(net, domain)
    for _ in range(2):
        services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
    assert OutboxEvent.objects.filter(type="domain.verified").count() == 1


def test_without_the_ownership_record_nothing_is_routed(acme, internet) -> None:
    domain = add(acme)
    net = internet("shop.test")
    net.publish(selectors.expected_records(domain)[1:])
    domain = services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
    assert domain.state == "pending"
    assert not Route.objects.get(domain="shop.test").is_verified
    assert verdicts(domain)["ownership"] == ("missing", "ownership.missing")
    assert not SigningKey.objects.filter(domain="shop.test", state="active").exists()


def test_silent_servers_demote_nothing(acme, internet, publish_all) -> None:
    domain = add(acme)
    net = internet("shop.test")
    publish_all(net, domain)
    services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
    net.exchange.silent |= {"10.0.0.3", "10.0.0.4"}
    for _ in range(4):
        domain = services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
    assert domain.state == "verified"
    assert set(verdicts(domain).values()) == {("unknown", "servers.silent")}
    assert SigningKey.objects.filter(domain="shop.test", state="active").count() == 2


def test_a_stale_server_makes_the_answer_unknown(acme, internet, publish_all) -> None:
    domain = add(acme)
    net = internet("shop.test")
    publish_all(net, domain)
    net.publish([], at="10.0.0.4")
    domain = services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
    assert domain.state == "pending"
    assert verdicts(domain)["ownership"] == ("unknown", "servers.stale")


def test_a_key_that_dns_lost_is_not_signed_with(acme, internet, publish_all, monkeypatch) -> None:
    domain = add(acme)
    net = internet("shop.test")
    publish_all(net, domain)
    services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
    keep = [r for r in selectors.expected_records(domain) if r.purpose != "dkim-rsa"]
    net.publish(keep)
    begun = clock.now()
    for minutes, still_active in ((0, 2), (0, 2), (0, 2), (11, 1)):
        now = begun + timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
        active = SigningKey.objects.filter(domain="shop.test", state="active")
        assert active.count() == still_active


def test_an_existing_spf_record_gets_a_merged_value_to_copy(acme, internet, settings) -> None:
    domain = add(acme)
    net = internet("shop.test")
    net.publish([], '@ TXT "v=spf1 include:_spf.other.test ~all"')
    services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
    row = {row.purpose: row for row in selectors.list_records(domain)}["spf"]
    assert (row.verdict, row.code) == ("conflict", "spf.not_included")
    assert row.value == f"v=spf1 include:{settings.SPF_INCLUDE} include:_spf.other.test ~all"


def test_the_private_key_cannot_be_read_by_the_control_plane(acme) -> None:
    add(acme)
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT sealed_key FROM public.signing_key")
