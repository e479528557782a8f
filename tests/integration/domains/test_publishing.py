"""A zone is written by the owner's key, again when the server was away, and never inside."""

import asyncio
from datetime import timedelta

import pytest
from django.db import connection
from dns.message import Message

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.dns.memory import MemoryExchange
from kernel.dns.ports import NoAnswer
from kernel.errors import NotAllowed, NotFound
from kernel.models import OutboxEvent
from mailcore.checks import services as checks
from mailcore.checks.models import DomainSchedule
from mailcore.checks.services import looking
from mailcore.domains import selectors, services
from mailcore.domains.models import DnsCredential, Domain
from mailcore.domains.services import credentials, editors
from mailcore.protocol.dns_zone import RecordSet
from mailcore.zones import selectors as zone_selectors
from mailcore.zones.adapters.memory import MemoryZone
from mailcore.zones.models import DnsPlan, OwnedRecord
from mailcore.zones.ports import ZoneBusy, ZoneRefused
from tests.integration.domains.zone_stage import work

KEY = {
    "server": "127.0.0.9",
    "port": 53,
    "key_name": "owner",
    "algorithm": "hmac-sha256",
    "secret": "c2VjcmV0c2VjcmV0",
}


class Zone(MemoryZone):
    """A zone in memory that can be told to fail."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__(zone="shop.test")
        self.error = error

    def read(self, zone: str, places: list) -> dict:
        if self.error is not None:
            raise self.error
        return super().read(zone, places)

    @property
    def written(self) -> list[str]:
        return [value for held in self.standing.values() for value in held.values]


@pytest.fixture
def domain(acme) -> Domain:
    """`shop.test` with a key for its zone."""
    domain = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    return services.request_dns_update(actor=acme.owner, domain_id=domain.public_id, **KEY)


def schedule() -> DomainSchedule:
    return DomainSchedule.objects.get()


def test_a_request_is_due_at_once_and_told(domain) -> None:
    assert schedule().publish_due_at is not None
    assert OutboxEvent.objects.filter(type="domain.dns_update_requested").count() == 1


def test_the_secret_is_not_in_the_database_in_the_clear(domain) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, ' ') FROM dns_credential c")
        held = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(a::text, ' ') FROM audit_entry a")
        audited = cursor.fetchone()[0]
    for text in (held, audited):
        assert KEY["secret"] not in text
        assert KEY["secret"].encode().hex() not in text


def test_all_records_are_written_and_a_check_follows(domain, settings) -> None:
    zone = Zone()
    assert services.publish_records(domain_id=domain.public_id, editor=zone) == "ok"
    assert f"10 {settings.MX_HOST}" in zone.written
    assert len(zone.written) == len(selectors.expected_records(domain))
    assert schedule().publish_due_at is None
    assert selectors.find_dns_update(domain).code == "ok"
    assert OwnedRecord.objects.filter(is_confirmed=True).count() == len(zone.written)


def test_a_server_that_is_away_is_tried_again_a_few_times(domain) -> None:
    away = Zone(ZoneBusy("dns_update.timeout"))
    for _ in range(4):
        assert services.publish_records(domain_id=domain.public_id, editor=away)
        assert schedule().publish_due_at is not None
    services.publish_records(domain_id=domain.public_id, editor=away)
    assert schedule().publish_due_at is None
    status = selectors.find_dns_update(domain)
    assert status.code == "dns_update.timeout"
    assert status.sentence == "The DNS server did not answer in time."


def test_a_refusal_is_not_repeated(domain) -> None:
    refused = Zone(ZoneRefused("dns_update.refused"))
    services.publish_records(domain_id=domain.public_id, editor=refused)
    assert schedule().publish_due_at is None
    assert selectors.find_dns_update(domain).code == "dns_update.refused"


@pytest.mark.parametrize(
    "server",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1",
     "64:ff9b::7f00:1", "fec0::1", "::127.0.0.1", "224.0.0.1", "ff0e::1"],
)  # fmt: skip
def test_a_server_inside_our_own_network_is_not_asked(acme, domain, settings, server) -> None:
    settings.ALLOW_PRIVATE_TARGETS = False
    services.request_dns_update(
        actor=acme.owner, domain_id=domain.public_id, **{**KEY, "server": server}
    )
    code = services.publish_records(domain_id=domain.public_id)
    assert code == "dns_update.address_not_allowed"


def test_a_new_secret_replaces_none_that_another_domain_is_written_with(acme, domain) -> None:
    other = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="two.test"
    )

    def hand_in(one: Domain, secret: str) -> DnsCredential:
        services.request_dns_update(
            actor=acme.owner, domain_id=one.public_id, **{**KEY, "secret": secret}
        )
        found = selectors.find_credential(one)
        assert found is not None
        assert credentials.unseal(found).decode() == secret
        return found

    shared = hand_in(other, KEY["secret"])
    assert selectors.find_credential(domain) == shared, "the same key is kept once"
    new = hand_in(other, "b3RoZXJzZWNyZXQ=")
    assert new != shared
    kept = selectors.find_credential(domain)
    assert kept is not None
    assert credentials.unseal(kept).decode() == KEY["secret"]
    # Nobody else is written with it now: its secret is replaced.
    assert hand_in(other, "dGhpcmRzZWNyZXQ=") == new


def test_who_may_only_read_cannot_have_a_zone_written(acme, domain) -> None:
    reader = Actor(
        kind=ActorKind.MEMBER, id="m", reseller=acme.reseller.public_id, role="read_only"
    )
    with pytest.raises(NotAllowed):
        services.request_dns_update(actor=reader, domain_id=domain.public_id, **KEY)


def test_a_key_of_another_organisation_cannot_have_it_written(acme, domain) -> None:
    stranger = Actor(
        kind=ActorKind.API_KEY,
        id="key_x",
        reseller=acme.reseller.public_id,
        scopes=frozenset({"domains.write"}),
        organisation=domain.public_id,
    )
    with pytest.raises(NotFound):
        services.request_dns_update(actor=stranger, domain_id=domain.public_id, **KEY)


def test_a_zone_that_we_write_is_brought_up_to_date_on_demand(domain) -> None:
    services.publish_records(domain_id=domain.public_id, editor=Zone())
    assert schedule().publish_due_at is None
    assert services.republish(domain_id=domain.public_id)
    assert schedule().publish_due_at is not None


def test_a_zone_that_its_owner_writes_by_hand_is_left_alone(acme) -> None:
    domain = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="hand.test"
    )
    assert not services.republish(domain_id=domain.public_id)
    assert schedule().publish_due_at is None


class Asking(Zone):
    """A zone at which somebody asks for the records anew while it is being written."""

    def apply(self, zone: str, changes: list, *, standing: dict) -> None:
        super().apply(zone, changes, standing=standing)
        checks.ask_to_publish(schedule().domain_id)


def test_what_is_asked_for_while_a_plan_ends_is_still_to_come(domain) -> None:
    services.publish_records(domain_id=domain.public_id, editor=Asking())
    assert schedule().publish_due_at is not None
    assert schedule().publish_code == "waiting", "not yet well"
    # The older plan is looked for at the name servers meanwhile, and ends.
    work(DnsPlan.objects.get(), Zone(), exchange=MemoryExchange(zones={}))
    assert schedule().publish_due_at is not None
    assert schedule().publish_code == "waiting"


def test_waiting_for_another_plan_uses_up_no_try(domain, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(zone_selectors, "is_being_written", lambda _: True)
        for _ in range(6):
            assert services.publish_records(domain_id=domain.public_id) == "waiting"
    services.publish_records(
        domain_id=domain.public_id, editor=Zone(ZoneBusy("dns_update.timeout"))
    )
    assert schedule().publish_due_at is not None


class Moving(Zone):
    """A zone that somebody else changes between the plan and its writing."""

    reads = 0

    def read(self, zone: str, places: list) -> dict:
        self.reads += 1
        if self.reads == 2:
            self.standing["shop.test", "MX"] = RecordSet(values=("10 mx.old.example",), ttl=60)
        return super().read(zone, places)


def test_a_zone_that_changed_at_the_same_moment_is_planned_anew(domain) -> None:
    code = services.publish_records(domain_id=domain.public_id, editor=Moving())
    assert (code, schedule().publish_due_at is None) == ("dns_plan.changed", False)


@pytest.mark.parametrize(
    ("code", "hours", "is_asked"),
    [("dns_update.timeout", 2, True), ("ok", 2, True), ("ok", 0.5, False), ("partly", 2, False)],
)
def test_a_look_that_finds_records_gone_asks_again_hourly(
    domain, internet, settings, code, hours, is_asked
) -> None:
    settings.DELAY_SCALE = 1.0
    past = clock.now() - timedelta(hours=hours)
    DomainSchedule.objects.update(
        publish_due_at=None, publish_code=code, published_at=past, publish_tries=5
    )
    net = internet("shop.test")
    services.check_domain(domain_id=domain.public_id, exchange=net.exchange)
    assert (schedule().publish_due_at is not None) is is_asked
    assert schedule().publish_tries == (0 if is_asked else 5)


class Silent:
    """Name servers that never answer."""

    async def ask(self, _query: object, *, address: str) -> Message:
        await asyncio.sleep(3600)
        raise NoAnswer(address)


def test_a_name_that_takes_too_long_is_not_waited_for(acme, domain, monkeypatch) -> None:
    monkeypatch.setattr(looking, "UdpExchange", Silent)
    monkeypatch.setattr(editors, "_TIME_LIMIT", 0.05)
    server = {**KEY, "server": "ns.slow.test"}
    services.request_dns_update(actor=acme.owner, domain_id=domain.public_id, **server)
    assert services.publish_records(domain_id=domain.public_id) == "dns_update.unknown_host"
    assert schedule().publish_due_at is not None, "it may pass"
