"""Whom mail to an alias reaches, and that an address is given once."""

import threading

import pytest
from django.db import connection

from kernel.actor import Actor, ActorKind
from kernel.errors import ApplicationError, InvalidInput, NotFound
from kernel.models import OutboxEvent
from kernel.roles import as_role
from kernel.tenancy import in_schema
from mailcore.directory import services as directory
from mailcore.directory.models import AliasRoute
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import Domain
from mailcore.mailboxes import errors, selectors, services
from mailcore.mailboxes.models import Alias
from tenants.organisations.services import create_organisation
from tenants.plans.models import Counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def alias(acme, domain):
    def alias(local_part: str, *targets: str, actor: Actor = acme.owner) -> Alias:
        return services.create_alias(
            actor=actor, domain_id=domain.public_id, local_part=local_part, targets=targets
        )

    return alias


def reached(*addresses: str) -> set[tuple[str, str]]:
    """What Postfix and acceptance are told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sec.targets_among(%s)", [list(addresses)])
        return set(cursor.fetchall())


def test_mail_to_an_alias_reaches_its_mailboxes_until_it_is_deleted(acme, alias, mailbox) -> None:
    mailbox("anna"), mailbox("ben")
    made = alias("Sales", "Anna@shop.test", "ben@SHOP.test", "anna@shop.test")
    assert (made.address, made.targets) == ("sales@shop.test", ["anna@shop.test", "ben@shop.test"])
    assert reached("sales@shop.test", "x@else.test") == {
        ("sales@shop.test", "anna@shop.test"),
        ("sales@shop.test", "ben@shop.test"),
    }
    assert reached("Sales+list@shop.test") == {
        ("Sales+list@shop.test", "anna@shop.test"),
        ("Sales+list@shop.test", "ben@shop.test"),
    }
    for _ in range(2):  # the repeat says nothing new
        services.change_alias(actor=acme.owner, alias_id=made.public_id, targets=["ben@shop.test"])
    assert reached("sales@shop.test") == {("sales@shop.test", "ben@shop.test")}
    directory.set_routed("shop.test", is_verified=False)
    assert reached("sales@shop.test") == set()
    services.delete_alias(actor=acme.owner, alias_id=made.public_id)
    assert not AliasRoute.objects.exists()
    assert Counter.objects.get(feature="aliases").used == 0
    told = OutboxEvent.objects.filter(type__startswith="alias.").order_by("id")
    assert [event.type for event in told] == ["alias.created", "alias.changed", "alias.deleted"]
    assert told[1].data["targets"] == ["ben@shop.test"]


def test_a_catch_all_takes_what_is_nobody_elses(alias, mailbox) -> None:
    mailbox("anna"), mailbox("ben")
    alias("sales", "ben@shop.test")
    made = alias("*", "anna@shop.test")
    assert (made.address, made.is_catch_all) == ("*@shop.test", True)
    asked = ("who@shop.test", "sales@shop.test", "ben@shop.test", "ben+x@shop.test")
    assert reached(*asked) == {
        ("who@shop.test", "anna@shop.test"),
        ("sales@shop.test", "ben@shop.test"),
    }
    # Postfix also asks for these; an answer would take the mailboxes' mail away.
    assert reached("@shop.test", "shop.test", "who") == set()


@pytest.mark.parametrize(
    ("targets", "error"),
    [
        (["who@shop.test"], errors.InvalidTarget),
        (["anna@elsewhere.test"], errors.InvalidTarget),
        (["no address"], errors.InvalidTarget),
        (["sales@shop.test"], errors.AliasLoop),
        (["anna@shop.test", "info@shop.test"], errors.InvalidTarget),
        ([], InvalidInput),
        ([f"a{n}@shop.test" for n in range(101)], InvalidInput),
    ],
)
def test_an_alias_leads_to_mailboxes_only(acme, alias, mailbox, targets, error) -> None:
    mailbox("anna")
    made = alias("sales", "anna@shop.test")
    with pytest.raises(error):
        alias("info", *targets)
    with pytest.raises(error):
        services.change_alias(actor=acme.owner, alias_id=made.public_id, targets=targets)
    assert Alias.objects.get().targets == ["anna@shop.test"]


def test_an_address_is_given_once(alias, mailbox) -> None:
    mailbox("anna")
    alias("sales", "anna@shop.test")
    for refused, error in (
        (lambda: alias("anna", "anna@shop.test"), errors.AliasExists),
        (lambda: alias("sales", "anna@shop.test"), errors.AliasExists),
        (lambda: mailbox("sales"), errors.MailboxExists),
        (lambda: alias("mailer-daemon", "anna@shop.test"), errors.InvalidLocalPart),
        (lambda: alias("a*", "anna@shop.test"), errors.InvalidLocalPart),
    ):
        with pytest.raises(error):
            refused()


def test_a_key_of_another_organisation_sees_none_of_it(acme, domain, alias, mailbox) -> None:
    mailbox("anna")
    made = alias("sales", "anna@shop.test")
    stranger = Actor(
        kind=ActorKind.API_KEY,
        id="key_x",
        reseller=acme.reseller.public_id,
        scopes=frozenset({"mailboxes.write"}),
        organisation=create_organisation(actor=acme.owner, name="Other").public_id,
    )
    with pytest.raises(NotFound):
        services.delete_alias(actor=stranger, alias_id=made.public_id)
    with pytest.raises(NotFound):
        alias("other", "anna@shop.test", actor=stranger)
    assert list(selectors.list_seen_aliases(stranger)) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_the_address(acme, domain, alias, mailbox) -> None:
    mailbox("anna")
    ended: list[type[Exception] | None] = []

    def take(make) -> None:
        try:
            with in_schema(acme.reseller.schema_name):
                make()
            ended.append(None)
        except ApplicationError as error:
            ended.append(type(error))
        finally:
            connection.close()

    makes = [lambda: mailbox("info"), lambda: alias("info", "anna@shop.test")] * 2
    threads = [threading.Thread(target=take, args=(make,)) for make in makes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended.count(None) == 1
    assert set(ended) <= {None, errors.MailboxExists, errors.AliasExists}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("column", ["reseller_id", "organisation_id"])
def test_an_alias_reaches_nobody_elses_mailbox(acme, globex, alias, mailbox, column) -> None:
    mailbox("anna")
    made = alias("sales", "anna@shop.test")
    senders = "SELECT * FROM sec.senders_among(%s, %s)"
    for stranger, expected in ((None, 1), (globex.reseller.public_id, 0)):
        with as_role("operator"):
            if stranger is not None:
                AliasRoute.objects.update(**{column: stranger})
            assert len(reached(made.address)) == expected
        with as_role("delivery"), connection.cursor() as cursor:
            cursor.execute(senders, [["anna@shop.test"], [made.address]])
            assert len(cursor.fetchall()) == expected


def test_aliases_of_a_domain_that_is_not_verified_stay_as_they_are(alias, acme, mailbox) -> None:
    mailbox("anna"), mailbox("ben")
    made = alias("sales", "anna@shop.test")
    Domain.objects.update(state="suspended")
    with pytest.raises(DomainNotVerified):
        services.change_alias(actor=acme.owner, alias_id=made.public_id, targets=["ben@shop.test"])


def test_who_holds_a_name_is_told_to_the_product_only() -> None:
    asked = "SELECT has_function_privilege(%s, %s, 'execute')"
    names = ("sec.holder_of(text)", "sec.kept_until(text, uuid, timestamptz)")
    with connection.cursor() as cursor:
        for name in names:
            for role, may in (("web", True), ("worker", True), ("postfix", False)):
                cursor.execute(asked, [f"livery_{role}", name])
                assert cursor.fetchone() == (may,), (name, role)
