"""Keys rotate by themselves, on order and in need, and what signs is always what DNS shows."""

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection

from kernel import clock, keys
from kernel.errors import NotAllowed, NotFound
from kernel.models import OutboxEvent
from kernel.tenancy import PUBLIC, in_schema
from mailcore.checks import services as checks
from mailcore.checks.models import DomainSchedule
from mailcore.directory.models import SigningKey
from mailcore.domains import selectors, services, tasks
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.services.dkim_keys import shelf
from mailcore.protocol import dkim

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _days_as_they_are(settings) -> None:
    settings.DELAY_SCALE = 1.0


class Shop:
    """A verified domain, its DNS and the workers that look after it."""

    def __init__(self, domain: Domain, net) -> None:
        self.domain, self.net = domain, net

    def publish(self) -> None:
        self.net.publish(selectors.expected_records(self.domain))

    def look(self, times: int = 1) -> None:
        for _ in range(times):
            services.check_domain(domain_id=self.domain.public_id, exchange=self.net.exchange)

    def turn(self) -> None:
        services.turn_keys(domain_id=self.domain.public_id)

    def key(self, selector: str) -> DkimKey:
        return self.domain.dkim_keys.get(selector=selector)

    def forget(self, *selectors: str) -> None:
        """As if these keys had never been made."""
        self.domain.dkim_keys.filter(selector__in=selectors).delete()
        SigningKey.objects.only("pk").filter(selector__in=selectors).delete()

    def states(self) -> dict[str, str]:
        return dict(self.domain.dkim_keys.values_list("selector", "state"))

    def signing(self) -> set[str]:
        """As the signer sees it."""
        found = SigningKey.objects.filter(domain=self.domain.name, state="active")
        return set(found.values_list("selector", flat=True))


@pytest.fixture
def shop(acme, internet) -> Shop:
    domain = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    shop = Shop(domain, internet("shop.test"))
    shop.publish()
    shop.look()
    return shop


@pytest.fixture
def later() -> Iterator[Callable[[timedelta], datetime]]:
    """Go on in time, as often as wanted."""
    begun, held = clock.now(), []

    def go(by: timedelta) -> datetime:
        while held:
            held.pop().__exit__(None, None, None)
        held.append(clock.at(begun + by))
        return held[0].__enter__()

    yield go
    while held:
        held.pop().__exit__(None, None, None)


@pytest.mark.django_db
def test_one_slot_signs_and_the_other_stands_ready(shop) -> None:
    assert shop.signing() == {"r1", "e1"}
    assert shop.states() == {"r1": "active", "e1": "active", "r2": "pending", "e2": "pending"}
    assert all(key.shown_at for key in shop.domain.dkim_keys.all())
    assert not OutboxEvent.objects.filter(type="dkim.rotated").exists()


@pytest.mark.django_db
def test_a_year_goes_by_without_anybody(shop, later) -> None:
    """Week by week with a zone that we write: rotated in time, and nothing unknown ever signs."""
    switched, before = [], shop.signing()
    for day in range(9, 366, 9):
        later(day * DAY)
        shop.turn()
        shop.publish()  # as the writer does
        shop.look()
        signing = shop.signing()
        assert signing in ({"r1", "e1"}, {"r2", "e2"})
        if signing != before:
            switched.append(day)
            before = signing
    assert switched == [90, 180, 270, 360]
    assert OutboxEvent.objects.filter(type="dkim.rotated").count() == 4
    assert DkimKey.objects.count() == 4


@pytest.mark.django_db
def test_the_private_half_goes_after_seven_days_and_the_record_after_thirty(shop, later) -> None:
    later(90 * DAY)
    shop.look()
    assert shop.states()["r1"] == "retiring"
    old = shop.key("r1").public_key
    later(97 * DAY)
    shop.turn()
    assert shop.states()["r1"] == "retired"
    assert not SigningKey.objects.filter(domain="shop.test", selector="r1").exists()
    assert any(old in record.value for record in selectors.expected_records(shop.domain))
    later(120 * DAY)
    shop.turn()
    assert shop.key("r1").public_key != old
    assert shop.states()["r1"] == "pending"


@pytest.mark.django_db
def test_a_rotation_that_was_asked_for_waits_for_a_look_at_dns(shop, acme) -> None:
    services.request_rotation(actor=acme.owner, domain_id=shop.domain.public_id)
    shop.turn()
    assert shop.signing() == {"r1", "e1"}
    shop.look()
    assert shop.signing() == {"r2", "e2"}
    shop.look()
    assert shop.signing() == {"r2", "e2"}, "asked once, rotated once"
    event = OutboxEvent.objects.get(type="dkim.rotated")
    assert event.data["selectors"] == ["e2", "r2"]
    assert event.data["reason"] == "asked"


@pytest.mark.django_db
def test_it_waits_until_dns_shows_the_other_key_and_says_which(shop, acme) -> None:
    gone = shop.key("r2")
    shown = [r for r in selectors.expected_records(shop.domain) if gone.public_key not in r.value]
    shop.net.publish(shown)
    services.request_rotation(actor=acme.owner, domain_id=shop.domain.public_id)
    shop.look(4)
    assert shop.signing() == {"r1", "e1"}
    rows = [r for r in selectors.list_records(shop.domain) if r.verdict != "match"]
    assert [(row.name, row.code) for row in rows] == [("r2._domainkey.shop.test", "dkim.missing")]
    shop.publish()
    shop.look()
    assert shop.signing() == {"r2", "e2"}


@pytest.mark.django_db
def test_a_withdrawn_key_is_gone_in_the_same_transaction(shop, acme) -> None:
    key = shop.key("r1")
    services.revoke_key(actor=acme.owner, domain_id=shop.domain.public_id, key_id=key.public_id)
    assert shop.signing() == {"r2", "e2"}
    assert not SigningKey.objects.filter(public_id=key.public_id).exists()
    (record,) = [r for r in selectors.expected_records(shop.domain) if r.name.startswith("r1.")]
    assert record.value == "v=DKIM1; k=rsa; p="
    assert OutboxEvent.objects.get(type="dkim.revoked").data["selectors"] == ["e2", "r2"]
    shop.look()
    row = next(r for r in selectors.list_records(shop.domain) if r.name.startswith("r1."))
    assert (row.verdict, row.code) == ("conflict", "dkim.still_shown")
    shop.publish()
    shop.look()
    assert {r.verdict for r in selectors.list_records(shop.domain)} == {"match"}
    services.revoke_key(actor=acme.owner, domain_id=shop.domain.public_id, key_id=key.public_id)
    assert OutboxEvent.objects.filter(type="dkim.revoked").count() == 1


@pytest.mark.django_db
def test_with_nothing_ready_the_other_slot_gets_keys_at_once(shop, acme, later) -> None:
    for day in (90, 98):
        later(day * DAY)
        shop.turn()
        shop.look()
    for selector in ("r2", "e2"):
        services.revoke_key(
            actor=acme.owner,
            domain_id=shop.domain.public_id,
            key_id=shop.key(selector).public_id,
        )
    assert shop.signing() == set()
    shop.turn()
    assert shop.states()["r1"] == "pending"
    shop.publish()
    shop.look()
    assert shop.signing() == {"r1", "e1"}


@pytest.mark.django_db
def test_who_may_not_write_may_not_order(shop, acme, globex) -> None:
    for order in (services.request_rotation, services.revoke_key):
        more = {"key_id": shop.key("r1").public_id} if order is services.revoke_key else {}
        reader = replace(acme.owner, role="read_only")
        with pytest.raises(NotAllowed):
            order(actor=reader, domain_id=shop.domain.public_id, **more)
        with in_schema(globex.reseller.schema_name), pytest.raises(NotFound):
            order(actor=globex.owner, domain_id=shop.domain.public_id, **more)
    assert shop.signing() == {"r1", "e1"}


@pytest.mark.django_db
def test_a_domain_that_is_not_verified_does_not_rotate(acme) -> None:
    domain = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="new.test"
    )
    with pytest.raises(DomainNotVerified):
        services.request_rotation(actor=acme.owner, domain_id=domain.public_id)


@pytest.mark.django_db
def test_a_look_at_the_old_key_of_a_name_says_nothing_of_the_new_one(shop, monkeypatch) -> None:
    """The slot got another key while its servers were asked."""
    inspect = checks.inspect

    def replaced_meanwhile(jobs, **how):
        looks = inspect(jobs, **how)
        shop.forget("r2")
        shelf.add_keys(shop.domain, shelf.make_pairs(["r2"]))
        return looks

    monkeypatch.setattr(checks, "inspect", replaced_meanwhile)
    shop.look()
    assert shop.key("r2").shown_at is None


@pytest.mark.django_db
def test_when_dns_loses_a_key_the_other_slot_takes_over(shop, later) -> None:
    lost = shop.key("e1")
    expected = selectors.expected_records(shop.domain)
    shop.net.publish([r for r in expected if lost.public_key not in r.value])
    shop.look(4)
    assert shop.signing() == {"r1", "e1"}, "somebody may be about to put it in again"
    later(timedelta(minutes=11))
    shop.look()
    assert shop.signing() == {"r2", "e2"}


@pytest.mark.django_db
def test_no_slot_begins_to_sign_by_its_age_when_servers_are_silent(shop, later) -> None:
    shop.net.exchange.silent |= {"10.0.0.3", "10.0.0.4"}
    later(90 * DAY)
    shop.look()
    assert shop.signing() == {"r1", "e1"}
    shop.net.exchange.silent.clear()
    shop.look()
    assert shop.signing() == {"r2", "e2"}


@pytest.mark.django_db
def test_a_key_at_a_used_name_joins_after_an_hour_and_a_look(shop, later) -> None:
    shop.forget("e1")
    shop.turn()
    shop.publish()
    shop.look()
    assert shop.signing() == {"r1"}
    schedule = DomainSchedule.objects.get()
    assert schedule.keys_due_at == shop.key("e1").shown_at + timedelta(hours=1)
    later(timedelta(hours=2))
    shop.turn()
    assert DomainSchedule.objects.get().due_at <= clock.now()
    shop.look()
    assert shop.signing() == {"r1", "e1"}


@pytest.mark.django_db
def test_keys_with_dated_selectors_sign_until_they_are_rotated_away(shop, later) -> None:
    shop.forget("r2", "e2")
    shop.domain.dkim_keys.all().delete()
    for kind in ("r", "e"):
        SigningKey.objects.filter(selector=f"{kind}1").update(selector=f"{kind}1-20260101")
    for held in SigningKey.objects.defer("sealed_key"):
        DkimKey.objects.create(
            public_id=held.public_id,
            domain=shop.domain,
            selector=held.selector,
            algorithm=held.algorithm,
            public_key=held.public_key,
            state="active",
            signing_at=clock.now(),
            shown_at=clock.now(),
        )
    shop.turn()
    assert shop.signing() == {"r1-20260101", "e1-20260101"}
    shop.publish()
    for day, signing in ((1, {"r1-20260101", "e1-20260101"}), (91, {"r1", "e1"})):
        later(day * DAY)
        shop.look()
        assert shop.signing() == signing
    for day in (98, 122):
        later(day * DAY)
        shop.turn()
    assert set(shop.states()) == {"r1", "e1", "r2", "e2"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_set_of_keys(shop, acme, as_worker) -> None:
    """All sleep, wake and turn at once: one of them writes, the others find it done."""
    shop.forget("r2", "e2")
    gate, failures = threading.Barrier(3), []

    def turn() -> None:
        try:
            gate.wait()
            with in_schema(acme.reseller.schema_name):
                services.turn_keys(domain_id=shop.domain.public_id)
        except Exception as error:  # noqa: BLE001 - told to the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=turn) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(shop.states()) == {"r1", "e1", "r2", "e2"}
    assert SigningKey.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_crash_in_between_changes_nothing_and_comes_back(shop, as_worker, monkeypatch) -> None:
    with in_schema(PUBLIC):
        DomainSchedule.objects.update(keys_due_at=clock.now())
    shop.forget("r2")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched, in_schema(PUBLIC):
        patched.setattr(checks, "plan_keys", fail)
        tasks.turn_dkim_keys.run()
    assert "r2" not in shop.states()
    assert not SigningKey.objects.filter(selector="r2").exists()
    with in_schema(PUBLIC), clock.at(clock.now() + timedelta(minutes=2)):
        tasks.turn_dkim_keys.run()
        tasks.turn_dkim_keys.run()
    assert shop.states()["r2"] == "pending"
    assert DomainSchedule.objects.get().keys_due_at > clock.now() + 80 * DAY


@pytest.mark.django_db(transaction=True)
def test_only_the_signer_reads_a_private_half_and_it_fits_what_is_published(shop) -> None:
    for role in ("web", "worker", "delivery", "postfix", "dovecot"):
        with (
            psycopg.connect(configured.DSN(role)) as raw,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            raw.execute("SELECT sealed_key FROM public.signing_key")
    key = shop.key("e1")
    with psycopg.connect(configured.DSN("signer")) as raw:
        (sealed,) = raw.execute(
            "SELECT sealed_key FROM public.signing_key WHERE public_id = %s", [key.public_id]
        ).fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute("UPDATE public.signing_key SET state = 'active'")
    assert b"PRIVATE" not in bytes(sealed)
    private = dkim.load_key(keys.unseal_record(bytes(sealed), context=key.public_id.bytes))
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    assert public == key.public_key
