"""What DNS says about a domain, and what that means for its mail."""

import asyncio
from random import Random

import dns.resolver
import dns.rrset
import pytest

from mailcore.delivery.resolver import MailResolver, Target, Unroutable


class Zone:
    """Answers from a table: (name, type) → records, or an exception to raise."""

    def __init__(self, table: dict[tuple[str, str], object]) -> None:
        self.table = table

    async def resolve(self, name: str, kind: str) -> dns.rrset.RRset:
        found = self.table.get((name, kind), dns.resolver.NoAnswer)
        if isinstance(found, type):
            raise found
        return dns.rrset.from_text(name, 60, "IN", kind, *found)


def targets(table, *, allow_private=True):
    resolver = MailResolver(("127.0.0.1", 53), allow_private=allow_private, random=Random(1))
    resolver._resolver = Zone(table)
    return asyncio.run(resolver.targets("x.test"))


def refusal(table, **more):
    with pytest.raises(Unroutable) as refused:
        targets(table, **more)
    return refused.value.code, refused.value.enhanced


def test_hosts_are_tried_by_preference_with_all_their_addresses():
    table = {
        ("x.test.", "MX"): ["20 b.test.", "10 a.test."],
        ("a.test.", "A"): ["192.0.2.1", "192.0.2.2"],
        ("b.test.", "A"): ["192.0.2.3"],
    }
    assert [t.host for t in targets(table)] == ["a.test", "a.test", "b.test"]


def test_a_domain_without_mx_is_its_own_host():
    assert targets({("x.test.", "A"): ["192.0.2.1"]}) == [
        Target(host="x.test", address="192.0.2.1")
    ]


def test_a_null_mx_bounces_at_once():
    assert refusal({("x.test.", "MX"): ["0 ."]}) == (556, "5.1.10")


def test_a_domain_that_does_not_exist_bounces_at_once():
    assert refusal({("x.test.", "MX"): dns.resolver.NXDOMAIN}) == (550, "5.1.2")


@pytest.mark.parametrize("failure", [dns.resolver.NoNameservers, dns.resolver.LifetimeTimeout])
def test_dns_that_fails_is_asked_again_later(failure):
    assert refusal({("x.test.", "MX"): failure})[0] == 451


def test_one_host_that_cannot_be_looked_up_leaves_the_others():
    table = {
        ("x.test.", "MX"): ["10 a.test.", "20 b.test."],
        ("a.test.", "A"): dns.resolver.NoNameservers,
        ("b.test.", "A"): ["192.0.2.3"],
    }
    assert [t.host for t in targets(table)] == ["b.test"]


def test_a_host_that_may_come_back_outweighs_one_that_does_not_exist():
    table = {
        ("x.test.", "MX"): ["10 a.test.", "20 b.test."],
        ("a.test.", "A"): dns.resolver.NoNameservers,
        ("b.test.", "A"): dns.resolver.NXDOMAIN,
    }
    assert refusal(table)[0] == 451


def test_a_domain_that_points_at_our_inside_is_refused():
    table = {("x.test.", "MX"): ["10 a.test."], ("a.test.", "A"): ["127.0.0.1"]}
    assert refusal(table, allow_private=False) == (550, "5.4.4")
    assert targets(table)[0].address == "127.0.0.1"


@pytest.mark.parametrize("domain", ["a..test", "a" * 64 + ".test", ".".join(["a" * 60] * 5)])
def test_a_domain_that_can_be_no_name_bounces_at_once(domain):
    resolver = MailResolver(("127.0.0.1", 53), allow_private=True)
    with pytest.raises(Unroutable) as refused:
        asyncio.run(resolver.targets(domain))
    assert (refused.value.code, refused.value.enhanced) == (550, "5.1.2")
