"""Holds: who places and lifts them, and what they hold where."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection

from kernel import clock
from kernel.actor import Actor, ActorKind, may
from kernel.errors import NotAllowed, NotFound
from kernel.models import AuditEntry, OutboxEvent
from kernel.roles import as_role
from kernel.tenancy import PUBLIC, in_schema
from mailcore.delivery.sending import services as sending
from mailcore.delivery.sending.errors import SendingHeld
from mailcore.directory import services as directory
from mailcore.directory.models import Hold, MailboxLogin, Route
from mailcore.directory.states import HoldOn
from mailcore.domains import services as domains
from mailcore.domains.errors import DeletingHeld, MovingHeld
from mailcore.domains.models import Domain
from mailcore.handover import services as handover
from mailcore.holds import selectors, services
from mailcore.holds.errors import HoldInvalid, HoldOfOperator, HoldOfReseller, HoldStands
from mailcore.mailboxes import services as mailboxes
from mailcore.mailboxes.models import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="o", role="operator")
PASSWORD = "a long enough secret"


@pytest.fixture
def shop(acme):
    """A verified domain of Acme's with a mailbox."""
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    Domain.objects.update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    return SimpleNamespace(domain=domain, anna=_mailbox(acme, domain, "anna"))


def _mailbox(cast, domain, local: str) -> Mailbox:
    return mailboxes.create_mailbox(
        actor=cast.owner, domain_id=domain.public_id, local_part=local, password=PASSWORD
    )


def place(actor, cast, on: HoldOn, object_id, *scopes: str, kind: str = "owner", until=None):
    return services.place_hold(
        actor=actor, reseller_id=cast.reseller.public_id, on=on, object_id=object_id,
        kind=kind, scopes=scopes, reason="a test", until=until,
    )  # fmt: skip


def by_operator(cast, on: HoldOn, object_id, *scopes: str, kind: str = "abuse"):
    """As the platform host does it: role web, schema public."""
    with in_schema(PUBLIC):
        return place(OPERATOR, cast, on, object_id, *scopes, kind=kind)


def held(address: str = "anna@shop.test") -> list[str]:
    return MailboxLogin.objects.get(address=address).on_hold


def asked(view: str, column: str = "address", address: str = "anna@shop.test"):
    """What a look-up view answers."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM public.{view} WHERE address = %s", [address])
        return cursor.fetchone()


def test_several_stand_and_each_side_lifts_its_own(acme, globex, shop) -> None:
    domain_id, mailbox_id = shop.domain.public_id, shop.anna.public_id
    own = place(acme.owner, acme, HoldOn.MAILBOX, mailbox_id, "login", "send")
    theirs = by_operator(acme, HoldOn.DOMAIN, domain_id, "send", "receive")
    legal = by_operator(acme, HoldOn.RESELLER, acme.reseller.public_id, "login", kind="legal")
    assert legal.scopes == ["delete", "login"]
    assert held() == ["delete", "login", "receive", "send"]
    assert Route.objects.get(domain="shop.test").on_hold == ["delete", "login", "receive", "send"]
    ben = _mailbox(acme, shop.domain, "ben")
    assert held("ben@shop.test") == ["delete", "login", "receive", "send"], (
        "what is made under a hold"
    )
    with pytest.raises(HoldStands):
        place(acme.owner, acme, HoldOn.MAILBOX, mailbox_id, "receive")
    with pytest.raises(HoldOfOperator):
        services.lift_hold(actor=acme.owner, hold_id=theirs.public_id)
    with in_schema(PUBLIC):
        assert selectors.list_seen(OPERATOR).count() == 3
        with pytest.raises(HoldOfReseller):
            services.lift_hold(actor=OPERATOR, hold_id=own.public_id)
        services.lift_hold(actor=OPERATOR, hold_id=legal.public_id)
    assert held() == ["login", "receive", "send"]
    services.lift_hold(actor=acme.owner, hold_id=own.public_id)
    assert held() == held(ben.address) == ["receive", "send"]
    with pytest.raises(NotFound):
        services.lift_hold(actor=acme.owner, hold_id=own.public_id)
    told = OutboxEvent.objects.filter(reseller_id=acme.reseller.public_id, type__startswith="hold.")
    assert [one.type for one in told.order_by("id")] == ["hold.placed"] * 3 + ["hold.lifted"] * 2
    assert AuditEntry.objects.filter(action="hold.placed").count() == 3
    with in_schema(globex.reseller.schema_name):
        assert not selectors.list_seen(globex.owner).exists()
        with pytest.raises(NotFound, match="There is no domain with this id here"):
            place(globex.owner, globex, HoldOn.DOMAIN, domain_id, "send")
        with pytest.raises(NotFound):
            services.lift_hold(actor=globex.owner, hold_id=theirs.public_id)


def test_a_reseller_writes_no_hold_of_the_operators(acme, shop) -> None:
    reader = Actor(kind=ActorKind.API_KEY, id="k", scopes=frozenset({"holds.read"}))
    mailbox_id = shop.anna.public_id
    with pytest.raises(NotAllowed):
        place(reader, acme, HoldOn.MAILBOX, mailbox_id, "send")
    for wrong in ({"kind": "legal"}, {"scopes": ["all"]}, {"until": clock.now()}):
        given = {"kind": "owner", "scopes": ["send"], "until": None, **wrong}
        with pytest.raises(HoldInvalid):
            place(acme.owner, acme, HoldOn.MAILBOX, mailbox_id, *given["scopes"], kind=given["kind"], until=given["until"])  # fmt: skip
    with pytest.raises(HoldInvalid):
        place(acme.owner, acme, HoldOn.RESELLER, acme.reseller.public_id, "send")
    by_operator(acme, HoldOn.MAILBOX, mailbox_id, "send")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.hold SET lifted_at = now()")
        assert cursor.rowcount == 0
    with pytest.raises(Exception, match="row-level security"):
        Hold.objects.create(
            reseller_id=acme.reseller.public_id, object_kind="mailbox", object_id=mailbox_id,
            name="x", kind="legal", scopes=["send"], side="operator", reason="x",
        )  # fmt: skip


def test_who_belongs_to_a_client_is_not_the_resellers_side(acme, shop) -> None:
    domain_id, mailbox_id = shop.domain.public_id, shop.anna.public_id
    own = place(acme.owner, acme, HoldOn.DOMAIN, domain_id, "send")
    bound = {"reseller": acme.reseller.public_id, "organisation": acme.organisation.public_id}
    admin = Actor(kind=ActorKind.MEMBER, id="m", role="admin", **bound)
    # A key that was made before has the right, and may be one of a domain's.
    key = Actor(kind=ActorKind.API_KEY, id="k", scopes=frozenset({"holds.write"}), **bound)
    for actor in (admin, key, replace(key, domain=domain_id)):
        with pytest.raises(NotAllowed):
            services.lift_hold(actor=actor, hold_id=own.public_id)
        with pytest.raises(NotAllowed):
            place(actor, acme, HoldOn.MAILBOX, mailbox_id, "delete", kind="migration")
    assert Hold.objects.get().lifted_at is None
    assert not may(admin, "holds.write")
    assert may(admin, "holds.read")


def test_what_is_held_does_not_go_on(acme, shop) -> None:
    mailbox_id = shop.anna.public_id
    with as_role("dovecot"):
        assert asked("dovecot_login", "can_login") == (True,)
    hold = place(acme.owner, acme, HoldOn.MAILBOX, mailbox_id, "login", "receive", "delete")
    with as_role("dovecot"):
        assert asked("dovecot_login", "can_login") == (False,)
        assert asked("dovecot_user", "takes_mail") == (False,)
    with pytest.raises(DeletingHeld):
        mailboxes.delete_mailbox(actor=acme.owner, mailbox_id=mailbox_id)
    with pytest.raises(MovingHeld):
        handover.offer(actor=acme.owner, domain_id=shop.domain.public_id)
    services.lift_hold(actor=acme.owner, hold_id=hold.public_id)
    with as_role("dovecot"):
        assert asked("dovecot_user", "takes_mail") == (True,)
    mailboxes.delete_mailbox(actor=acme.owner, mailbox_id=mailbox_id)
    by_operator(acme, HoldOn.RESELLER, acme.reseller.public_id, "delete", kind="legal")
    with clock.at(clock.now() + timedelta(days=20)):
        assert mailboxes.purge_mailboxes() == 0, "a legal hold beats the end of its time"
    with pytest.raises(DeletingHeld):
        domains.release_domain(actor=acme.owner, domain_id=shop.domain.public_id)


def test_a_domain_that_may_not_send_posts_nothing_until_the_hold_ends(acme, shop) -> None:
    posted = [{"from": "anna@shop.test", "to": ["x@out.test"], "text": "Hello"}]
    until = clock.now() + timedelta(hours=1)
    place(acme.owner, acme, HoldOn.DOMAIN, shop.domain.public_id, "send", until=until)
    (refused,) = sending.send_messages(actor=acme.owner, given=posted)
    assert isinstance(refused.error, SendingHeld)
    with in_schema(PUBLIC), as_role("worker"):
        assert services.lift_due() == 0
        with clock.at(until + timedelta(seconds=1)):
            assert services.lift_due() == 1
            assert services.lift_due() == 0
    (taken,) = sending.send_messages(actor=acme.owner, given=posted)
    assert taken.copies[0].state == "queued"
