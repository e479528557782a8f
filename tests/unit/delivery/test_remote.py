"""Which addresses a source goes to, and how often DNS is asked."""

import asyncio
from types import SimpleNamespace

import pytest

from mailcore.delivery import remote
from mailcore.delivery.ports import Source
from mailcore.delivery.remote import RemoteDelivery
from mailcore.delivery.resolver import MailResolver, Unroutable
from mailcore.delivery.smtp.envelope import ConnectionFailed
from mailcore.delivery.transport.account import TlsAccount
from mailcore.delivery.transport.opening import Ways
from tests.unit.delivery.zone import BROKEN, Zone

TABLE = {
    ("x.test", "MX"): ["10 a.test.", "20 b.test."],
    ("a.test", "AAAA"): ["2001:db8::1"],
    ("a.test", "A"): ["192.0.2.1"],
    ("b.test", "A"): ["192.0.2.2"],
}


class Sessions:
    """Notes where it was sent to."""

    async def deliver(self, *, endpoints, **_more):
        self.endpoints = endpoints
        return {}


def delivery(table, sessions=None):
    zone = Zone(table)
    resolver = MailResolver(zone, allow_private=True, has_ipv6=True)
    ways = Ways(resolver=resolver, account=TlsAccount(None))
    return RemoteDelivery(SimpleNamespace(smtp_port=25), ways=ways, sessions=sessions), zone


def send(source, *, to="x.test", needs_tls=False):
    """The endpoints that a message from the source is tried at."""
    sessions = Sessions()
    sending, _ = delivery(TABLE, sessions)

    async def scene():
        await sending.deliver(
            await sending.route(to),
            source=Source(address=source, ehlo="out"),
            connections=1,
            messages=1,
            needs_tls=needs_tls,
            prepare=None,
            before_dot=None,
            may_connect=None,
        )

    asyncio.run(scene())
    return sessions.endpoints


@pytest.mark.parametrize(
    ("source", "expected"),
    [("192.0.2.30", ["192.0.2.1", "192.0.2.2"]), ("2001:db8::30", ["2001:db8::1"])],
)
def test_a_source_goes_to_addresses_of_its_own_kind(source, expected):
    assert [endpoint.address for endpoint in send(source)] == expected


def test_a_source_that_reaches_no_address_says_so():
    with pytest.raises(ConnectionFailed, match="2001:db8::30 reaches") as failed:
        send("2001:db8::30", to="b.test")
    assert failed.value.answer.enhanced == "4.4.4"


def test_what_rules_of_ours_ask_for_is_in_the_policy_of_each_endpoint():
    assert {one.policy.level for one in send("192.0.2.30")} == {"may"}
    policies = {one.policy for one in send("192.0.2.30", needs_tls=True)}
    assert [(one.level, one.rule) for one in policies] == [("must", "other")]


def test_a_burst_to_one_domain_is_looked_up_once(monkeypatch):
    sending, zone = delivery(TABLE)

    async def scene():
        for _ in range(3):
            await sending.route("x.test")
        await sending.route("x.test", wish=False)

    asyncio.run(scene())
    assert zone.asked.count(("x.test", "MX")) == 2, "once for each wish"
    monkeypatch.setattr(remote, "FRESH", -1)
    sending, zone = delivery(TABLE)
    asyncio.run(scene())
    assert zone.asked.count(("x.test", "MX")) == 4


def test_a_domain_that_cannot_be_looked_up_is_looked_up_again():
    sending, zone = delivery({("x.test", "MX"): BROKEN})
    for _ in range(2):
        with pytest.raises(Unroutable):
            asyncio.run(sending.route("x.test"))
    assert zone.asked.count(("x.test", "MX")) == 2
