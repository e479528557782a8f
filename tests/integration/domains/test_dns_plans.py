"""A plan says what it would do, does that and nothing else, and can be taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.errors import InvalidInput, NotAllowed, NotFound
from kernel.models import OutboxEvent
from mailcore.checks.models import DomainSchedule
from mailcore.domains import selectors, services
from mailcore.domains.errors import NoDnsCredential
from mailcore.domains.models import DnsCredential, Domain
from mailcore.protocol.dns_zone import RecordSet
from mailcore.zones import errors
from mailcore.zones import services as zones
from mailcore.zones.models import DnsPlan, OwnedRecord
from mailcore.zones.ports import ZoneBusy
from tests.integration.domains.zone_stage import OLD_MX, OLD_SPF, D, owned, shown, undone, work


def test_a_plan_shows_everything_and_changes_nothing(made, client_zone) -> None:
    before = dict(client_zone.standing)
    plan = made()
    assert (plan.state, client_zone.standing) == ("planned", before)
    assert {"name": D, "type": "MX", "values": [OLD_MX], "ttl": 600} in plan.current
    assert {(left["purpose"], left["code"]) for left in plan.left} >= {("mx", "mx.other")}
    removed = [step["value"] for step in plan.steps if not step["add"]]
    assert removed == [OLD_SPF]  # merged: it comes back inside the new one
    assert not OwnedRecord.objects.exists()


def test_a_plan_is_applied_seen_everywhere_and_told(
    acme, shop, made, applied, client_zone, internet
):
    plan = applied(made(replace=["mx"]))
    assert plan.state == "applied"
    assert client_zone.standing[D, "MX"].values == ("10 " + _mx(shop),)
    assert len(owned()) == len(selectors.expected_records(shop))
    (event,) = OutboxEvent.objects.filter(type="dns.applied")
    assert event.data["plan"] == plan.reference
    net = internet(D)
    net.publish(selectors.expected_records(shop), at="10.0.0.3")
    plan = work(plan, client_zone, exchange=net.exchange)
    assert (plan.state, plan.code) == ("applied", "dns_plan.not_visible")
    assert plan.due_at is not None
    served = [r for r in selectors.expected_records(shop) if (r.name, r.type) != (D, "TXT")]
    spf = next(s["value"] for s in plan.steps if s["add"] and (s["name"], s["type"]) == (D, "TXT"))
    net.publish(served, extra=f'{D}. TXT "{spf}"')
    plan = work(plan, client_zone, exchange=net.exchange)
    assert (plan.code, plan.state, plan.due_at) == ("", "verified", None)


def _mx(domain: Domain) -> str:
    return next(r.value for r in selectors.expected_records(domain) if r.purpose == "mx")


def test_what_is_never_seen_fails_in_the_end(made, applied, client_zone, internet) -> None:
    plan = applied(made())
    DnsPlan.objects.update(applied_at=clock.now() - timedelta(hours=2))
    plan = work(plan, client_zone, exchange=internet(D).exchange)
    assert (plan.state, plan.code) == ("failed", "dns_plan.not_visible")


def test_undo_gives_back_the_zone_and_ends_the_upkeep(
    acme, shop, made, applied, client_zone
) -> None:
    before = shown(client_zone)
    plan = applied(made(replace=["mx"]))
    assert services.republish(domain_id=shop.public_id)
    plan = undone(acme, shop, plan, client_zone)
    assert plan.state == "undone"
    assert shown(client_zone) == before
    assert not OwnedRecord.objects.exists()
    assert not services.republish(domain_id=shop.public_id)


def test_undo_leaves_what_was_edited_since(acme, shop, made, applied, client_zone) -> None:
    plan = applied(made())
    edited = "v=spf1 a ~all"
    client_zone.standing[D, "TXT"] = RecordSet(values=("note", edited), ttl=77)
    plan = undone(acme, shop, plan, client_zone)
    assert plan.state == "undone"
    assert client_zone.standing[D, "TXT"].values == ("note", edited)
    assert {left["code"] for left in plan.undo["left"]} == {"dns_plan.touched_since"}


def test_a_zone_that_changed_since_is_not_written(acme, shop, made, applied, client_zone) -> None:
    plan = made()
    client_zone.standing[D, "MX"] = RecordSet(values=("5 new.example",), ttl=60)
    with pytest.raises(errors.ZoneChanged):
        applied(plan)
    plan = made()
    services.apply_dns_plan(
        actor=acme.owner, domain_id=shop.public_id, plan_id=plan.pk, editor=client_zone
    )
    client_zone.standing[D, "MX"] = RecordSet(values=(OLD_MX,), ttl=60)
    plan = work(plan, client_zone)
    assert (plan.state, plan.code, client_zone.writes) == ("failed", "dns_plan.changed", 0)
    assert not OwnedRecord.objects.exists()


def test_things_in_the_wrong_order_are_refused(acme, shop, made, applied, client_zone) -> None:
    old = made()
    DnsPlan.objects.update(expires_at=clock.now())
    with pytest.raises(errors.PlanExpired):
        applied(old)
    with pytest.raises(errors.PlanState):
        undone(acme, shop, old, client_zone)
    plan, other = made(), made()
    services.apply_dns_plan(
        actor=acme.owner, domain_id=shop.public_id, plan_id=plan.pk, editor=client_zone
    )
    for again, refusal in ((plan, errors.PlanState), (other, errors.PlanBusy)):
        with pytest.raises(refusal):
            services.apply_dns_plan(
                actor=acme.owner, domain_id=shop.public_id, plan_id=again.pk, editor=client_zone
            )
    work(plan, client_zone)
    plan = undone(acme, shop, plan, client_zone)
    with pytest.raises(errors.PlanState):
        undone(acme, shop, plan, client_zone)


def test_what_somebody_wrote_before_us_is_never_ours(
    acme, shop, made, applied, client_zone
) -> None:
    theirs = next(r for r in selectors.expected_records(shop) if r.purpose == "dmarc")
    client_zone.standing[theirs.name, "TXT"] = RecordSet(values=(theirs.value,), ttl=60)
    plan = applied(made())
    assert theirs.value not in owned()
    undone(acme, shop, plan, client_zone)
    assert client_zone.standing[theirs.name, "TXT"].values == (theirs.value,)


def test_upkeep_replaces_what_is_ours_and_nothing_else(
    acme, shop, made, applied, client_zone
) -> None:
    applied(made())
    before = shown(client_zone)
    Domain.objects.update(ownership_token="n3w")
    assert services.republish(domain_id=shop.public_id)
    assert DomainSchedule.objects.get().publish_due_at is not None
    assert services.publish_records(domain_id=shop.public_id, editor=client_zone) == "partly"
    name = f"_mail-ownership.{D}"
    assert client_zone.standing[name, "TXT"].values == ("mail-ownership=n3w",)
    assert {p: h for p, h in shown(client_zone).items() if p[0] != name} == {
        p: h for p, h in before.items() if p[0] != name
    }
    assert services.publish_records(domain_id=shop.public_id, editor=client_zone) == "partly"
    assert DnsPlan.objects.filter(origin="upkeep").count() == 1


def test_two_domains_of_one_zone_do_not_take_each_others_records(
    acme, shop, credential, made, applied, client_zone
) -> None:
    below = services.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name=f"eu.{D}"
    )
    applied(made(replace=["mx"]))
    plan = services.plan_dns(
        actor=acme.owner, domain_id=below.public_id, credential_id=credential.public_id,
        editor=client_zone,
    )  # fmt: skip
    assert plan.zone == D
    assert all(step["add"] for step in plan.steps)
    before = shown(client_zone)
    services.apply_dns_plan(
        actor=acme.owner, domain_id=below.public_id, plan_id=plan.pk, editor=client_zone
    )
    work(plan, client_zone)
    assert undone(acme, below, plan, client_zone).state == "undone"
    assert shown(client_zone) == before


def test_a_key_that_is_gone_ends_the_plan(acme, shop, credential, made, client_zone) -> None:
    plan = made()
    services.apply_dns_plan(
        actor=acme.owner, domain_id=shop.public_id, plan_id=plan.pk, editor=client_zone
    )
    services.remove_credential(actor=acme.owner, credential_id=credential.public_id)
    plan = services.work_on_plan(plan_id=plan.pk)
    assert (plan.state, plan.code) == ("failed", "dns_credential.none")
    with pytest.raises(NoDnsCredential):
        made(credential_id=None)


def test_plans_are_bounded_in_number_and_age(made) -> None:
    for _ in range(25):
        last = made()
    assert DnsPlan.objects.count() == 20
    assert DnsPlan.objects.filter(pk=last.pk).exists()
    DnsPlan.objects.update(created_at=clock.now() - timedelta(days=91))
    assert zones.forget_old_plans() == 20


def test_a_domain_that_is_given_up_leaves_nothing_here_and_its_zone_alone(
    acme, shop, made, applied, client_zone
) -> None:
    applied(made())
    before = shown(client_zone)
    services.release_domain(actor=acme.owner, domain_id=shop.public_id)
    assert not DnsPlan.objects.exists()
    assert not OwnedRecord.objects.exists()
    assert shown(client_zone) == before


def test_strangers_and_readers_can_do_none_of_it(acme, shop, credential, made, client_zone) -> None:
    plan = made()
    reader = Actor(
        kind=ActorKind.MEMBER, id="m", reseller=acme.reseller.public_id, role="read_only"
    )
    stranger = replace(acme.owner, organisation=shop.public_id)
    for actor, refusal in ((reader, NotAllowed), (stranger, NotFound)):
        who = {"actor": actor, "domain_id": shop.public_id}
        for order in (
            lambda who=who: services.plan_dns(credential_id=credential.public_id, **who),
            lambda who=who: services.apply_dns_plan(plan_id=plan.pk, **who),
            lambda who=who: services.undo_dns_plan(plan_id=plan.pk, **who),
            lambda who=who: services.check_credential(credential_id=credential.public_id, **who),
            lambda who=who: services.remove_credential(
                credential_id=credential.public_id, actor=who["actor"]
            ),
        ):
            with pytest.raises(refusal):
                order()


def test_another_organisations_key_opens_no_zone(acme, shop, client_zone) -> None:
    elsewhere = DnsCredential.objects.create(
        organisation_id=shop.public_id, kind="rfc2136", sealed_secret=b""
    )
    with pytest.raises(NotFound):
        services.plan_dns(
            actor=acme.owner, domain_id=shop.public_id,
            credential_id=elsewhere.public_id, editor=client_zone,
        )  # fmt: skip


def test_only_records_that_there_are_can_be_replaced(made) -> None:
    with pytest.raises(InvalidInput):
        made(replace=["ns"])


def test_a_server_that_does_not_answer_is_told_in_words(acme, made, client_zone) -> None:
    client_zone.read = lambda *_: (_ for _ in ()).throw(ZoneBusy("dns_update.timeout"))
    with pytest.raises(errors.ZoneUnavailable) as caught:
        made()
    assert caught.value.detail["reason"] == "The DNS server did not answer in time."
