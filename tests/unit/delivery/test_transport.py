"""Which TLS a host needs, from what its domain has published."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from kernel import clock
from mailcore.delivery.resolver import Target, Unroutable
from mailcore.delivery.smtp.session import Endpoint
from mailcore.delivery.smtp.tls import TlsPolicy
from mailcore.delivery.transport.account import TlsAccount
from mailcore.delivery.transport.policies import TransportPolicies
from mailcore.delivery.transport.sts import KeptPolicy, PolicyUnavailable, StsPolicies
from tests.unit.delivery.zone import BROKEN, Zone

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TLSA = "3 1 1 " + "ab" * 32
ENFORCE = "version: STSv1\nmode: enforce\nmx: mx.x.test\nmax_age: 86400\n"
ANNOUNCED = {("_mta-sts.x.test", "TXT"): ['"v=STSv1; id=1;"']}


class Shelf:
    def __init__(self, *kept):
        self.kept = list(kept)

    async def load(self):
        return self.kept

    async def keep(self, kept):
        self.kept.append(kept)


class Web:
    """Policies by fetch: a text, or the result of a failure."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.fetched = 0

    async def fetch(self, _domain):
        self.fetched += 1
        answer = self.answers.pop(0)
        if "\n" not in answer:
            raise PolicyUnavailable("no", result=answer)
        return answer


class Ledger:
    def __init__(self):
        self.rows = {}

    async def add(self, counts, *, today):
        for count, number in counts:
            key = (count.policy_domain, count.policy_type, count.result)
            self.rows[key] = self.rows.get(key, 0) + number


class World:
    """The parts under test over a DNS and a web out of tables."""

    def __init__(self, zone, *, web=(), kept=()):
        self.zone, self.web, self.shelf = zone, Web(*web), Shelf(*kept)
        self.ledger = Ledger()
        self.account = TlsAccount(self.ledger)
        self.sts = StsPolicies(
            zone,
            fetch=self.web.fetch,
            shelf=self.shelf,
            failed=lambda domain, result: self.account.count(
                domain, policy_type="sts", result=result
            ),
        )
        self.policies = TransportPolicies(
            zone, sts=self.sts, account=self.account, authorities="", port=25
        )

    def secured(self, *targets, wish=None):
        async def scene():
            await self.sts.load()
            found = await self.policies.secured("x.test", targets, wish=wish)
            await self.account.flush()
            return [(target.host, target.policy.level) for target in found]

        return asyncio.run(scene())

    def refused(self, *targets, wish=None):
        with pytest.raises(Unroutable) as refused:
            self.secured(*targets, wish=wish)
        asyncio.run(self.account.flush())
        return refused.value.code, refused.value.enhanced


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def target(host="mx.x.test", *, is_secure=False):
    return Target(host=host, address="192.0.2.1", is_secure=is_secure, canonical=host)


def test_without_a_policy_tls_is_what_both_sides_have():
    world = World(Zone({}))
    assert world.secured(target()) == [("mx.x.test", "may")]
    assert world.ledger.rows == {}


def test_a_secure_host_with_tlsa_needs_the_key_that_it_names():
    zone = Zone({("_25._tcp.mx.x.test", "TLSA"): [TLSA]}, secure=["_25._tcp.mx.x.test"])
    assert World(zone).secured(target(is_secure=True)) == [("mx.x.test", "dane")]
    assert World(zone).secured(target()) == [("mx.x.test", "may")], "no word of DNSSEC on the way"


def test_tlsa_that_smtp_cannot_use_still_asks_for_tls():
    table = {("_25._tcp.mx.x.test", "TLSA"): ["0 1 1 " + "ab" * 32]}
    zone = Zone(table, secure=["_25._tcp.mx.x.test"])
    assert World(zone).secured(target(is_secure=True)) == [("mx.x.test", "must")]


def test_tlsa_that_nobody_vouches_for_means_nothing():
    zone = Zone({("_25._tcp.mx.x.test", "TLSA"): [TLSA]})
    assert World(zone).secured(target(is_secure=True)) == [("mx.x.test", "may")]


def test_a_host_whose_tlsa_cannot_be_found_out_gets_nothing_for_now():
    world = World(Zone({("_25._tcp.mx.x.test", "TLSA"): BROKEN}))
    assert world.refused(target(is_secure=True)) == (451, "4.7.5")
    assert world.ledger.rows == {("mx.x.test", "tlsa", "dnssec-invalid"): 1}
    other = target("b.x.test")
    assert world.secured(target(is_secure=True), other) == [("b.x.test", "may")]


def test_a_resolver_that_does_not_validate_is_told_of():
    world = World(Zone({}, validating=False))
    (found,) = asyncio.run(world.policies.secured("x.test", [target()]))
    assert "DANE skipped" in found.policy.remark


def test_an_enforced_policy_needs_a_certificate_and_leaves_other_hosts_out():
    world = World(Zone(ANNOUNCED), web=[ENFORCE])
    assert world.secured(target("evil.test"), target()) == [("mx.x.test", "verify")]
    assert world.ledger.rows == {("x.test", "sts", "validation-failure"): 1}
    assert world.refused(target("evil.test")) == (451, "4.7.5")
    assert world.web.fetched == 1, "a policy is fetched once for each id"


def test_a_policy_in_testing_is_only_reported():
    world = World(Zone(ANNOUNCED), web=[ENFORCE.replace("enforce", "testing")])
    assert world.secured(target("evil.test"), target()) == [
        ("evil.test", "may"),
        ("mx.x.test", "verify"),
    ]


def test_dane_goes_before_mta_sts():
    table = {("_25._tcp.other.test", "TLSA"): [TLSA], **ANNOUNCED}
    world = World(Zone(table, secure=["_25._tcp.other.test"]), web=[ENFORCE])
    assert world.secured(target("other.test", is_secure=True)) == [("other.test", "dane")]


@pytest.mark.parametrize(
    "answer", ["sts-policy-fetch-error", "sts-webpki-invalid", "rubbish\nsts-policy-invalid"]
)
def test_a_policy_that_cannot_be_had_is_none_and_is_not_asked_for_at_once(answer):
    world = World(Zone(ANNOUNCED), web=[answer])
    assert world.secured(target()) == [("mx.x.test", "may")]
    assert world.secured(target()) == [("mx.x.test", "may")]
    assert world.web.fetched == 1
    assert world.ledger.rows == {("x.test", "sts", answer.rpartition("\n")[2]): 1}


def kept(**more):
    values = {"policy_id": "0", "expires_at": NOW + timedelta(days=1), **more}
    return KeptPolicy(domain="x.test", text=ENFORCE, **values)


@pytest.mark.parametrize("table", [{}, {("_mta-sts.x.test", "TXT"): BROKEN}, ANNOUNCED])
def test_a_kept_policy_holds_when_dns_or_the_web_says_nothing(table):
    world = World(Zone(table), web=["sts-policy-fetch-error"], kept=[kept()])
    assert world.secured(target()) == [("mx.x.test", "verify")]


def test_a_kept_policy_ends():
    world = World(Zone({}), kept=[kept(expires_at=NOW)])
    assert world.secured(target()) == [("mx.x.test", "may")]


def test_another_id_brings_another_policy():
    world = World(Zone(ANNOUNCED), web=[ENFORCE.replace("enforce", "none")], kept=[kept()])
    assert world.secured(target()) == [("mx.x.test", "may")]
    assert [one.policy_id for one in world.shelf.kept] == ["0", "1"]


def test_a_sender_who_does_not_care_for_tls_is_not_held_up():
    world = World(Zone(ANNOUNCED), web=[ENFORCE])
    assert world.secured(target("evil.test"), wish=False) == [("evil.test", "may")]


def test_a_sender_who_needs_tls_needs_a_host_that_is_proven():
    assert World(Zone({})).refused(target(), wish=True) == (554, "5.7.10")
    assert World(Zone({})).secured(target(is_secure=True), wish=True) == [("mx.x.test", "verify")]
    world = World(Zone(ANNOUNCED), web=[ENFORCE.replace("enforce", "testing")])
    assert world.secured(target("b.test"), target(), wish=True) == [("mx.x.test", "verify")]


def test_what_is_counted_of_a_session():
    world = World(Zone({}))

    def opened(level, result):
        endpoint = Endpoint(
            host="mx.x.test", address="192.0.2.1", port=25, policy=TlsPolicy(level=level)
        )
        world.account.opened("x.test", endpoint, result)

    opened("may", "")
    opened("may", "validation-failure")
    opened("verify", "")
    opened("verify", "certificate-expired")
    opened("dane", "")
    opened("dane", "")
    asyncio.run(world.account.flush())
    assert world.ledger.rows == {
        ("x.test", "no-policy-found", "validation-failure"): 1,
        ("x.test", "sts", ""): 1,
        ("x.test", "sts", "certificate-expired"): 1,
        ("mx.x.test", "tlsa", ""): 2,
    }
