"""What breaks a plan off half-way loses no record of ours, and makes no stranger's ours."""

from datetime import timedelta

import pytest

from kernel import clock
from kernel.models import OutboxEvent
from mailcore.domains import services
from mailcore.zones import services as zones
from mailcore.zones.adapters.memory import MemoryZone
from mailcore.zones.models import DnsPlan, OwnedRecord
from mailcore.zones.ports import ZoneBusy, ZoneRefused
from tests.integration.domains.zone_stage import owned, shown, undone, work


def test_an_answer_that_is_lost_loses_nothing(acme, shop, made, applied, client_zone) -> None:
    before = shown(client_zone)
    client_zone.fails, client_zone.is_done_first = ZoneBusy("dns_update.timeout"), True
    plan = applied(made())
    assert (plan.state, plan.code) == ("applying", "dns_update.timeout")
    plan = work(plan, client_zone)
    assert (plan.state, client_zone.writes) == ("applied", 1)
    assert len(owned()) == sum(step["add"] for step in plan.steps)
    undone(acme, shop, plan, client_zone)
    assert shown(client_zone) == before


@pytest.mark.parametrize("is_done_first", [True, False])
def test_a_worker_killed_half_way_is_followed_by_another(
    acme, shop, made, applied, client_zone, is_done_first
) -> None:
    class Killed(BaseException):
        """What no handler of ours catches."""

    before, client_zone.fails, client_zone.is_done_first = (
        shown(client_zone),
        Killed(),
        is_done_first,
    )
    plan = made()
    with pytest.raises(Killed):
        applied(plan)
    assert OwnedRecord.objects.filter(is_confirmed=False).exists()
    plan = work(plan, client_zone)
    assert (plan.state, client_zone.writes) == ("applied", 1)
    assert not OwnedRecord.objects.filter(is_confirmed=False).exists()
    client_zone.fails = Killed()
    with pytest.raises(Killed):
        undone(acme, shop, plan, client_zone)
    assert work(plan, client_zone).state == "undone"
    assert shown(client_zone) == before


def test_what_is_refused_half_way_says_what_was_done_and_can_be_undone(
    acme, shop, made, applied, client_zone
) -> None:
    before, client_zone.most = shown(client_zone), 3
    plan = applied(made())
    assert (plan.state, plan.code) == ("failed", "provider.refused")
    assert sum(step["done"] for step in plan.steps) == 3
    assert len(owned()) == sum(step["done"] and step["add"] for step in plan.steps)
    assert not OwnedRecord.objects.filter(is_confirmed=False).exists()
    assert undone(acme, shop, plan, client_zone).state == "undone"
    assert shown(client_zone) == before


def test_what_was_written_stays_ours_when_it_cannot_be_read_back(
    acme, shop, made, applied, client_zone, monkeypatch
) -> None:
    before, plan, most = shown(client_zone), made(), 0

    def read(zone: str, places: list) -> dict:
        if client_zone.writes > most:
            raise ZoneRefused("provider.bad_key")
        return MemoryZone.read(client_zone, zone, places)

    with monkeypatch.context() as away:
        away.setattr(client_zone, "read", read)
        plan = applied(plan)
        assert (plan.state, plan.code, client_zone.writes) == ("failed", "provider.bad_key", 1)
        assert all(step["done"] for step in plan.steps)
        assert len(owned()) == sum(step["add"] for step in plan.steps)
        most = 1
        plan = undone(acme, shop, plan, client_zone)
        assert (plan.state, plan.code, client_zone.writes) == ("failed", "provider.bad_key", 2)
        assert not OwnedRecord.objects.exists()
    assert undone(acme, shop, plan, client_zone).state == "undone"
    assert shown(client_zone) == before


def test_a_provider_that_asks_to_wait_is_left_alone_so_long(
    made, applied, client_zone, settings
) -> None:
    client_zone.fails = ZoneBusy("provider.rate_limited", wait=300)
    settings.DELAY_SCALE = 1.0
    plan = applied(made())
    assert plan.code == "provider.rate_limited"
    assert plan.due_at > clock.now() + timedelta(seconds=200)


def test_a_server_that_stays_away_ends_the_plan_and_the_next_one_sorts_it_out(
    made, applied, client_zone
) -> None:
    plan = made()
    client_zone.fails, client_zone.is_done_first = ZoneBusy("dns_update.timeout"), True
    applied(plan)
    DnsPlan.objects.update(tries=9)
    client_zone.read, read = (
        (lambda *_: (_ for _ in ()).throw(ZoneBusy("dns_update.timeout"))),
        client_zone.read,
    )
    plan = work(plan, client_zone)
    assert (plan.state, plan.code) == ("failed", "dns_update.timeout")
    client_zone.read = read
    again = made()
    assert again.steps == []  # it knows what it wrote, and that it is ours
    assert {left["code"] for left in again.left} == {
        "dns_plan.stands",
        "dns_plan.not_ours",
        "mx.other",
    }


@pytest.mark.parametrize("when", ["read", "apply", "applied"])
def test_a_worker_that_was_overtaken_writes_and_stores_nothing(
    acme, shop, made, applied, client_zone, when
) -> None:
    """The second has claimed the plan, and does all of it, while the first stands still there."""
    plan = made(replace=["mx"])
    whole, turns = {"read": client_zone.read, "apply": client_zone.apply}, [1]

    def second() -> None:
        if turns:
            turns.clear()
            ((_, claimed),) = zones.claim_due(5)
            assert claimed == plan.pk
            assert services.work_on_plan(plan_id=plan.pk, editor=client_zone).state == "applied"

    def read(*given):
        seen = whole["read"](*given)
        second() if when == "read" and DnsPlan.objects.get().state == "applying" else None
        return seen

    def apply(*given, **options):
        second() if when == "apply" else None
        whole["apply"](*given, **options)
        second() if when == "applied" else None

    services.apply_dns_plan(
        actor=acme.owner, domain_id=shop.public_id, plan_id=plan.pk, editor=client_zone
    )
    ((_, claimed),) = zones.claim_due(5)
    assert not zones.claim_due(5), "one worker at a time"
    DnsPlan.objects.update(due_at=clock.now())  # its lease is over
    client_zone.read, client_zone.apply = read, apply
    services.work_on_plan(plan_id=claimed, editor=client_zone)
    client_zone.read, client_zone.apply = whole["read"], whole["apply"]
    plan = DnsPlan.objects.get()
    assert (plan.state, plan.code, client_zone.writes) == ("applied", "", 1)
    assert len(owned()) == sum(step["add"] for step in plan.steps)
    assert not OwnedRecord.objects.filter(is_confirmed=False).exists()
    assert OutboxEvent.objects.filter(type="dns.applied").count() == 1
