"""What DNS says about a domain, and what that means for its mail."""

import asyncio
from random import Random

import pytest

from mailcore.delivery.resolver import MailResolver, Unroutable
from tests.unit.delivery.zone import BROKEN, MISSING, Zone

OURS = ("mx.infra.test", "192.0.2.99")


def targets(table, *, domain="x.test", secure=(), **more):
    settings = {"allow_private": True, "random": Random(1), **more}
    return asyncio.run(MailResolver(Zone(table, secure=secure), **settings).targets(domain))


def refusal(table, **more):
    with pytest.raises(Unroutable) as refused:
        targets(table, **more)
    return refused.value.code, refused.value.enhanced


def test_hosts_are_tried_by_preference_with_all_their_addresses():
    table = {
        ("x.test", "MX"): ["20 b.test.", "10 a.test."],
        ("a.test", "A"): ["192.0.2.1", "192.0.2.2"],
        ("b.test", "A"): ["192.0.2.3"],
    }
    assert [t.host for t in targets(table)] == ["a.test", "a.test", "b.test"]


def test_a_domain_without_mx_is_its_own_host():
    (target,) = targets({("x.test", "A"): ["192.0.2.1"]})
    assert (target.host, target.address) == ("x.test", "192.0.2.1")


def test_a_null_mx_bounces_at_once():
    assert refusal({("x.test", "MX"): ["0 ."]}) == (556, "5.1.10")


def test_a_domain_that_does_not_exist_bounces_at_once():
    assert refusal({("x.test", "MX"): MISSING}) == (550, "5.1.2")


def test_dns_that_fails_is_asked_again_later():
    assert refusal({("x.test", "MX"): BROKEN})[0] == 451


def test_one_host_that_cannot_be_looked_up_leaves_the_others():
    table = {
        ("x.test", "MX"): ["10 a.test.", "20 b.test."],
        ("a.test", "A"): BROKEN,
        ("b.test", "A"): ["192.0.2.3"],
    }
    assert [t.host for t in targets(table)] == ["b.test"]


def test_a_host_that_may_come_back_outweighs_one_that_does_not_exist():
    table = {
        ("x.test", "MX"): ["10 a.test.", "20 b.test."],
        ("a.test", "A"): BROKEN,
        ("b.test", "A"): MISSING,
    }
    assert refusal(table)[0] == 451


def test_a_mail_host_that_does_not_exist_is_not_the_domain_that_does_not():
    table = {("x.test", "MX"): ["10 a.test."], ("a.test", "A"): MISSING}
    assert refusal(table) == (550, "5.4.4")
    assert refusal({("x.test", "MX"): [], ("x.test", "A"): MISSING}) == (550, "5.1.2")


def test_of_fifty_hosts_ten_are_asked():
    table = {("x.test", "MX"): [f"{n} mx{n}.test." for n in range(50)]}
    table |= {(f"mx{n}.test", "A"): [f"192.0.2.{n + 1}"] for n in range(50)}
    assert [t.host for t in targets(table)] == [f"mx{n}.test" for n in range(10)]


def test_a_domain_that_points_at_our_inside_is_refused():
    table = {("x.test", "MX"): ["10 a.test."], ("a.test", "A"): ["127.0.0.1"]}
    assert refusal(table, allow_private=False) == (550, "5.4.4")
    assert targets(table)[0].address == "127.0.0.1"


@pytest.mark.parametrize("host", ["mx.infra.test.", "alias.test.", "MX.Infra.Test."])
def test_mail_that_would_come_back_to_us_is_a_loop(host):
    table = {
        ("x.test", "MX"): [f"10 {host}", "10 other.test.", "20 backup.test."],
        ("mx.infra.test", "A"): ["192.0.2.99"],
        ("alias.test", "A"): ["192.0.2.99"],
        ("other.test", "A"): ["192.0.2.1"],
        ("backup.test", "A"): ["192.0.2.2"],
    }
    assert refusal(table, ourselves=OURS) == (554, "5.4.6")
    table["x.test", "MX"].append("5 first.test.")
    table["first.test", "A"] = ["192.0.2.3"]
    assert [t.host for t in targets(table, ourselves=OURS)] == ["first.test"]


def test_a_domain_that_came_to_us_meanwhile_is_no_loop():
    async def serves(domain):
        return domain == "x.test"

    table = {("x.test", "MX"): ["10 mx.infra.test."], ("mx.infra.test", "A"): ["192.0.2.99"]}
    assert targets(table, ourselves=OURS, serves=serves)[0].address == "192.0.2.99"


def test_ipv6_is_asked_for_when_a_source_has_it():
    table = {("x.test", "A"): ["192.0.2.1"], ("x.test", "AAAA"): ["2001:db8::1"]}
    assert [t.address for t in targets(table)] == ["192.0.2.1"]
    assert [t.address for t in targets(table, has_ipv6=True)] == ["2001:db8::1", "192.0.2.1"]


def test_what_is_ours_may_change():
    table = {("x.test", "A"): ["192.0.2.1"], ("x.test", "AAAA"): ["2001:db8::1"]}
    resolver = MailResolver(Zone(table), allow_private=True)

    def found():
        return [target.address for target in asyncio.run(resolver.targets("x.test"))]

    assert found() == ["192.0.2.1"]
    resolver.know(ourselves=["mx.infra.test"], has_ipv6=True)
    assert found() == ["2001:db8::1", "192.0.2.1"]
    resolver.know(ourselves=["2001:db8::1"], has_ipv6=True)
    with pytest.raises(Unroutable) as refused:
        found()
    assert refused.value.enhanced == "5.4.6"


def test_a_target_is_secure_when_dnssec_vouches_for_the_whole_way():
    table = {("x.test", "MX"): ["10 a.test."], ("a.test", "A"): ["192.0.2.1"]}
    ways = [("x.test", "a.test"), ("x.test",), ("a.test",)]
    assert [targets(table, secure=way)[0].is_secure for way in ways] == [True, False, False]


@pytest.mark.parametrize("domain", ["a..test", "a" * 64 + ".test", ".".join(["a" * 60] * 5)])
def test_a_domain_that_can_be_no_name_bounces_at_once(domain):
    assert refusal({}, domain=domain) == (550, "5.1.2")
