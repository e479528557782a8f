"""A domain goes from Acme to Globex, whole or not at all."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from controlplane.domain_events import tell_of_offer
from kernel import clock, ids
from kernel.actor import HAND_OVER, ActorKind
from kernel.errors import NotAllowed, NotFound
from kernel.models import AuditEntry, OutboxEvent
from kernel.outbox import Envelope
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.checks.models import DomainSchedule, RecordVerdict
from mailcore.delivery.statements import statement
from mailcore.directory.models import (
    AliasRoute,
    AppPassword,
    HandOver,
    MailboxLogin,
    Route,
    SigningKey,
)
from mailcore.domains import services as domains
from mailcore.domains.errors import DomainNotVerified, DomainTaken
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.services.claims import ClaimEnd, end_claim
from mailcore.feedback.models import SourceMark
from mailcore.feedback.reports import marking
from mailcore.handover import selectors, services
from mailcore.handover.errors import (
    DomainEntangled,
    HandOverEnded,
    HandOverOpen,
    TooManyOffers,
    UnknownReseller,
    WrongCode,
)
from mailcore.handover.services import offering
from mailcore.handover.services.moving import tree
from mailcore.handover.tasks import expire_hand_overs
from mailcore.mailboxes import services as mailboxes
from mailcore.mailboxes.models import Alias, Mailbox
from mailcore.zones import services as zones
from mailcore.zones.models import ZoneAccess
from tenants.organisations import services as organisations
from tenants.organisations.services import API_SCOPES
from tenants.plans.errors import LimitReached
from tenants.plans.models import Counter, Plan
from tenants.resellers.models import Reseller
from tests.integration.handover.conftest import accept, add_verified, inside

pytestmark = pytest.mark.django_db


def moves_of(made: HandOver):
    return selectors.find_moves(selectors.get_hand_over(made.public_id))


def used(cast) -> dict[str, int]:
    found = Counter.objects.filter(reseller_id=cast.reseller.public_id, used__gt=0)
    return dict(found.values_list("feature", "used"))


def shape(cast) -> dict[str, list[str]]:
    """Everything of a reseller's that hangs on the domain, in its schema and in public."""
    found = {}
    with inside(cast), connection.cursor() as cursor:
        for table in [model._meta.db_table for model in tree()]:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
        for rows in (Route, MailboxLogin, AliasRoute, AppPassword, DomainSchedule, RecordVerdict):
            found[rows._meta.db_table] = rows.objects.count()
        found["signing_key"] = SigningKey.objects.count()
    return found


def test_all_of_a_domain_moves_in_one_piece_and_nothing_stays(acme, globex, shop) -> None:
    key_ids = set(SigningKey.objects.values_list("public_id", flat=True))
    hashes = dict(MailboxLogin.objects.values_list("address", "password"))
    homes = dict(MailboxLogin.objects.values_list("address", "home"))
    before = shape(acme)
    DomainSchedule.objects.update(due_at=clock.now() + timedelta(days=1))
    made, code = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    assert code is None
    taken = accept(globex, made)

    assert taken.public_id == shop.public_id
    assert (taken.state, taken.ownership_token) == ("verified", shop.ownership_token)
    assert taken.organisation_id == globex.organisation.public_id
    assert shape(globex) == before
    assert set(shape(acme).values()) == {0}
    assert used(acme) == {}
    with inside(globex):
        assert used(globex) == {"aliases": 1, "domains": 1, "mailboxes": 2}
        assert set(SigningKey.objects.values_list("public_id", flat=True)) == key_ids
        assert set(DkimKey.objects.values_list("domain_id", flat=True)) == {taken.pk}
        # The same passwords and the same mail: nobody on the domain notices.
        assert dict(MailboxLogin.objects.values_list("address", "password")) == hashes
        assert dict(MailboxLogin.objects.values_list("address", "home")) == homes
        owners = MailboxLogin.objects.values_list("organisation_id", flat=True)
        assert set(owners) == {globex.organisation.public_id}
        assert Route.objects.get().is_verified
        assert DomainSchedule.objects.get().due_at <= clock.now(), "its hosts are others now"
        assert Alias.objects.get().domain_id == taken.pk
        mailboxes.suspend_mailbox(actor=globex.owner, mailbox_id=Mailbox.objects.first().public_id)
    for cast, side in ((acme, "given"), (globex, "received")):
        with inside(cast):
            event = OutboxEvent.objects.get(type="domain.handed_over")
            assert event.data["side"] == side
            assert AuditEntry.objects.filter(action="domain.handed_over").count() == 1
    with pytest.raises(NotFound):
        mailboxes.suspend_mailbox(actor=acme.owner, mailbox_id=next(iter([taken.public_id])))
    with pytest.raises(DomainTaken):
        domains.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
        )


#: Public tables of which nothing is moved, and why.
STAYS = {
    "hand_over": "the offer itself, which both see",
    "hold": "what stands keeps the domain from moving; what was lifted is the giver's",
    "released_name": "of a name that is given up, not given away",
    "dns_plan": "forgotten: made for the giver's DNS account",
    "left_targets": "of domains that are given up",
    "owned_record": "forgotten: what was written with it",
    "zone_access": "forgotten: the giver's way into it",
    "job": "what the giver asked for, with what came of it",
    "received_report": "what was reported while the domain was the giver's",
    "dmarc_sum": "what such reports add up to",
    "tls_sum": "what such reports add up to",
}


def test_every_table_that_a_domain_has_rows_in_is_moved_or_named_here() -> None:
    """A table that comes later must not stay behind unseen."""
    with connection.cursor() as cursor:  # as it stands there, whatever migration made it
        name = "sec.hand_over(uuid, uuid, timestamptz)"
        cursor.execute("SELECT pg_get_functiondef(%s::regprocedure)", [name])
        (switch,) = cursor.fetchone()
    found = set()
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields}
        near = model._meta.app_label in {"directory", "checks"}
        if "reseller_id" in names and (near or "domain_id" in names):
            found.add(model._meta.db_table)
    assert set(STAYS) <= found
    for table in found - set(STAYS):
        assert re.search(rf"(UPDATE|DELETE FROM) (public\.)?{table} t\b", switch), table


def test_the_taker_says_anew_who_sends_for_the_domain(acme, globex, shop) -> None:
    given = {"domain_id": shop.public_id, "source": "mailer.test", "is_known": True}
    marking.mark_source(actor=acme.owner, **given)
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    accept(globex, made)
    assert not SourceMark.objects.exists()
    with inside(globex):
        assert not SourceMark.objects.exists()
        marking.mark_source(actor=globex.owner, **given)
        assert SourceMark.objects.get().reseller_id == globex.reseller.public_id


def test_a_code_finds_its_taker_once(acme, globex, shop) -> None:
    made, code = services.offer(actor=acme.owner, domain_id=shop.public_id)
    assert code is not None
    assert code not in made.code_hash
    with inside(globex):
        assert not selectors.list_waiting().exists()
        for wrong in ("", code + "x"):
            with pytest.raises(WrongCode):
                services.redeem(actor=globex.owner, code=wrong)
        found = services.redeem(actor=globex.owner, code=f" {code} ")
        assert found.public_id == made.public_id
        with pytest.raises(WrongCode):
            services.redeem(actor=globex.owner, code=code)
    assert accept(globex, made).name == "shop.test"


def test_nobody_else_sees_or_takes_an_offer(acme, globex, shop) -> None:
    made, code = services.offer(actor=acme.owner, domain_id=shop.public_id)
    with inside(globex):
        for attempt in (services.decline, services.withdraw):
            with pytest.raises(NotFound):
                attempt(actor=globex.owner, hand_over_id=made.public_id)
    with pytest.raises(NotFound):
        accept(globex, made)
    with pytest.raises(WrongCode):  # not even the giver
        services.redeem(actor=acme.owner, code=code)
    with pytest.raises(NotFound):
        accept(acme, made)
    with inside(globex), connection.cursor() as cursor:
        for call in ("hand_over(%s, %s, now())", "decline_hand_over(%s, now())"):
            given = [made.public_id, made.public_id][: call.count("%s")]
            cursor.execute(f"SELECT sec.{call}", given)
            assert cursor.fetchone() in [(None,), None]
    assert Route.objects.get().reseller_id == acme.reseller.public_id


def test_who_may_offer_what_to_whom(acme, globex, shop) -> None:
    other = organisations.create_organisation(actor=acme.owner, name="Other")
    bound = type(acme.owner)(
        kind=ActorKind.API_KEY, id="k", scopes=frozenset({HAND_OVER}), organisation=other.public_id
    )
    writer = type(acme.owner)(kind=ActorKind.API_KEY, id="k", scopes=API_SCOPES)
    for actor in (bound, writer):
        with pytest.raises(NotAllowed):
            services.offer(actor=actor, domain_id=shop.public_id)
        with pytest.raises(NotAllowed):
            services.redeem(actor=actor, code="x")
    for nobody in ("nobody.livery.test", acme.host, "livery.test"):
        with pytest.raises(UnknownReseller):
            services.offer(actor=acme.owner, domain_id=shop.public_id, to=nobody)
    services.offer(actor=acme.owner, domain_id=shop.public_id, to=f" {globex.host.upper()}. ")
    with pytest.raises(HandOverOpen):
        services.offer(actor=acme.owner, domain_id=shop.public_id)
    pending = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="new.test"
    )
    with pytest.raises(DomainNotVerified):
        services.offer(actor=acme.owner, domain_id=pending.public_id)


def test_a_suspended_giver_gives_nothing_away(acme, globex, shop) -> None:
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    Reseller.objects.filter(pk=acme.reseller.pk).update(state="suspended")
    before = shape(acme)
    with pytest.raises(HandOverEnded):
        accept(globex, made)
    assert shape(acme) == before


def test_no_reseller_buries_another_in_offers(acme, globex, shop, monkeypatch) -> None:
    monkeypatch.setattr(offering, "MOST_OPEN", 1)
    other = add_verified(acme, "other.test")
    services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    with pytest.raises(TooManyOffers):
        services.offer(actor=acme.owner, domain_id=other.public_id, to=globex.host)
    _, code = services.offer(actor=acme.owner, domain_id=other.public_id)
    with inside(globex):
        with pytest.raises(TooManyOffers):
            services.redeem(actor=globex.owner, code=code)
        assert selectors.list_waiting().count() == 1
        services.decline(actor=globex.owner, hand_over_id=selectors.list_waiting()[0].public_id)
        assert services.redeem(actor=globex.owner, code=code).domain == "other.test"


def test_what_crosses_is_asked_for_without_reading_addresses(acme, globex, shop) -> None:
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    with inside(globex), CaptureQueriesContext(connection) as queries:
        assert moves_of(made).blocked_by == []
    assert not [one for one in queries.captured_queries if '"targets"' in one["sql"]]
    for target, crosses in [("anna@shop.test", False), ("anna@myshop.test", True)]:
        Alias.objects.update(targets=["ben@shop.test", target])
        with inside(globex):
            assert bool(moves_of(made).blocked_by) is crosses


def test_the_owner_hears_of_an_offer(acme, globex, shop) -> None:
    services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    for cast in (acme, globex):
        with inside(cast):
            event = OutboxEvent.objects.get(type="hand_over.offered")
            tell_of_offer(
                Envelope(
                    id=event.public_id, type=event.type, reseller_id=cast.reseller.public_id,
                    subject=event.subject, occurred_at=clock.now(), data=event.data, trace_id="",
                )
            )  # fmt: skip
    (told,) = mail.outbox
    assert (told.to, told.subject) == (
        [acme.reseller.owner_email],
        "shop.test is offered to another reseller",
    )
    assert f"https://{acme.host}/hand-overs/" in told.body


@pytest.mark.parametrize("way", ["withdraw", "decline", "expire", "release"])
def test_an_offer_that_is_over_moves_nothing(acme, globex, shop, way) -> None:
    if way == "release":
        Alias.objects.all().delete()
        Mailbox.objects.all().delete()
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    at = clock.now() + timedelta(days=8) if way == "expire" else clock.now()
    if way == "withdraw":
        services.withdraw(actor=acme.owner, hand_over_id=made.public_id)
    elif way == "release":
        domains.release_domain(actor=acme.owner, domain_id=shop.public_id)
    elif way == "decline":
        with inside(globex):
            services.decline(actor=globex.owner, hand_over_id=made.public_id)
    with clock.at(at), pytest.raises(HandOverEnded):
        accept(globex, made)
    with inside(globex):
        assert not Domain.objects.exists()
        assert not Route.objects.exists()


def test_what_crosses_to_other_domains_has_to_be_put_right_first(acme, globex, shop) -> None:
    other = add_verified(acme, "other.test")
    entangled = mailboxes.create_alias(
        actor=acme.owner, domain_id=other.public_id, local_part="all", targets=["anna@shop.test"]
    )
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    with inside(globex):
        assert moves_of(made).blocked_by == ["hand_over.entangled"]
    before = shape(acme)
    with pytest.raises(DomainEntangled):
        accept(globex, made)
    assert shape(acme) == before
    mailboxes.delete_alias(actor=acme.owner, alias_id=entangled.public_id)
    with inside(globex):
        moves = moves_of(made)
        assert (moves.mailboxes, moves.aliases, moves.blocked_by) == (2, 1, [])
        assert moves.lacking == []
    accept(globex, made)
    assert Domain.objects.get().name == "other.test"


def test_a_plan_that_is_too_small_takes_nothing(acme, globex, shop) -> None:
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    before = shape(acme)
    with inside(globex):
        Plan.objects.update(limits={"mailboxes": 1})
        assert moves_of(made).lacking == ["mailboxes"]
    with pytest.raises(LimitReached):
        accept(globex, made)
    assert shape(acme) == before
    assert HandOver.objects.get().state == "offered"
    assert used(acme)["mailboxes"] == 2
    assert used(globex) == {}


def test_the_givers_dns_account_stays_the_givers(acme, globex, shop) -> None:
    zones.grant_access(domain_id=shop.public_id, credential_id=ids.uuid7())
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    accept(globex, made)
    assert not ZoneAccess.objects.exists()
    with inside(globex):
        assert not ZoneAccess.objects.exists()
        assert DomainSchedule.objects.get().publish_due_at is None


@pytest.mark.django_db(transaction=True)
def test_what_the_giver_has_queued_is_still_signed_for_a_week(acme, globex, shop) -> None:
    query = statement("signing_keys")

    def keys_for(cast) -> int:
        given = {"domain": "shop.test", "owners": [cast.reseller.public_id], "known": []}
        with as_role("signer"), connection.cursor() as cursor:
            cursor.execute(query, given)
            return len(cursor.fetchall())

    n = keys_for(acme)
    assert (n >= 2, keys_for(globex)) == (True, 0)
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    assert (keys_for(acme), keys_for(globex)) == (n, 0)
    accept(globex, made)
    assert (keys_for(acme), keys_for(globex)) == (n, n)
    HandOver.objects.update(ended_at=clock.now() - timedelta(days=8))
    assert (keys_for(acme), keys_for(globex)) == (0, n)


@pytest.mark.django_db(transaction=True)
def test_a_strangers_claim_that_ends_leaves_the_holders_offer_alone(acme, globex) -> None:
    with inside(globex):
        claimed = domains.add_domain(
            actor=globex.owner, organisation_id=globex.organisation.public_id, name="shop.test"
        )
    shop = add_verified(acme)
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id)
    keys = SigningKey.objects.count()
    with as_role("worker"), inside(globex):
        assert end_claim(domain_id=claimed.public_id, reason=ClaimEnd.PROVEN_ELSEWHERE)
    made.refresh_from_db()
    assert made.state == "offered"
    assert (Route.objects.count(), SigningKey.objects.count()) == (1, keys)
    domains.release_domain(actor=acme.owner, domain_id=shop.public_id)
    made.refresh_from_db()
    assert made.state == "withdrawn"


@pytest.mark.django_db(transaction=True)
def test_offers_end_by_themselves(acme, globex, shop) -> None:
    services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    HandOver.objects.update(expires_at=clock.now())
    with in_schema("public"), as_role("worker"):
        expire_hand_overs.run()
        expire_hand_overs.run()
    assert HandOver.objects.get().state == "expired"
    for cast in (acme, globex):
        with inside(cast):
            assert AuditEntry.objects.filter(action="hand_over.expired").count() == 1
