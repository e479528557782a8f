"""Of those who act on one domain at the same moment one comes first, and nothing is ever half moved."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import DatabaseError, connection

from kernel.errors import ApplicationError, NotFound
from kernel.tenancy import in_reseller
from mailcore.directory.models import AliasRoute, AppPassword, MailboxLogin, Route
from mailcore.domains import services as domains
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import Domain
from mailcore.feedback.models import SourceMark
from mailcore.feedback.reports import marking
from mailcore.handover import services
from mailcore.handover.errors import HandOverEnded
from mailcore.handover.services import accepting
from mailcore.mailboxes import services as mailboxes
from mailcore.mailboxes.models import Alias, Mailbox
from mailcore.zones.models import ZoneAccess
from tenants.plans.models import Counter
from tests.integration.handover.conftest import accept, add_mailbox, add_verified, inside

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls) -> list[object]:
    """Run all in threads of their own; what each returned or raised."""
    gate, results = threading.Barrier(len(calls)), list[object]()

    def run(call) -> None:
        try:
            gate.wait()
            results.append(call())
        except (ApplicationError, DatabaseError) as error:
            results.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def owner_of(name: str, *casts) -> list[str]:
    found = []
    for cast in casts:
        with inside(cast):
            held = {
                Domain.objects.filter(name=name).exists(),
                Route.objects.filter(domain=name).exists(),
            }
            assert len(held) == 1, "half moved"
            found += [cast.host] if held == {True} else []
    return found


def test_of_those_who_accept_withdraw_and_give_up_at_once_one_comes_first(acme, globex) -> None:
    for n in range(3):
        domain = add_verified(acme, f"shop{n}.test")
        made, _ = services.offer(actor=acme.owner, domain_id=domain.public_id, to=globex.host)

        def giver(call, **given):
            def run() -> str:
                with inside(acme):
                    call(actor=acme.owner, **given)
                return "done"

            return run

        results = at_once(
            lambda made=made: accept(globex, made).name,
            lambda made=made: accept(globex, made).name,
            giver(services.withdraw, hand_over_id=made.public_id),
            giver(domains.release_domain, domain_id=domain.public_id),
        )
        accepted = results.count(domain.name)
        assert accepted <= 1, results
        assert owner_of(domain.name, acme, globex) in ([globex.host] if accepted else [], []), (
            results
        )
        assert set(results) <= {domain.name, "done", HandOverEnded, NotFound}, results


def test_two_who_give_each_other_domains_at_once_both_succeed(acme, globex) -> None:
    with inside(globex):
        theirs, _ = services.offer(
            actor=globex.owner, domain_id=add_verified(globex, "b.test").public_id, to=acme.host
        )
    mine, _ = services.offer(
        actor=acme.owner, domain_id=add_verified(acme, "a.test").public_id, to=globex.host
    )
    results = at_once(lambda: accept(globex, mine).name, lambda: accept(acme, theirs).name)
    assert sorted(map(str, results)) == ["a.test", "b.test"]


def test_a_mailbox_that_is_made_meanwhile_moves_too_or_is_refused(acme, globex, shop) -> None:
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)

    def make() -> str:
        with inside(acme):
            return add_mailbox(acme, shop, "late").address

    def check() -> str:
        with in_reseller(acme.reseller.public_id):
            domains.request_check(actor=acme.owner, domain_id=shop.public_id)
        return "asked"

    results = at_once(lambda: accept(globex, made).name, make, check)
    assert "shop.test" in results, results
    with inside(globex):
        boxes = set(Mailbox.objects.values_list("address", flat=True))
        assert boxes == set(MailboxLogin.objects.values_list("address", flat=True))
        assert ("late@shop.test" in results) is ("late@shop.test" in boxes)
    assert not MailboxLogin.objects.exists()
    assert set(results) <= {"shop.test", "late@shop.test", "asked", DomainNotVerified, NotFound}


def acts_of(acme, shop: Domain) -> dict[str, Callable[[], object]]:
    """What the giver may do to what is on the domain."""
    mailbox_id = Mailbox.objects.get(local_part="anna").public_id
    password_id = AppPassword.objects.get().public_id
    deleted_id = add_mailbox(acme, shop, "cleo").public_id
    mailboxes.delete_mailbox(actor=acme.owner, mailbox_id=deleted_id)
    alias_id = Alias.objects.get().public_id
    return {
        "create_app_password": lambda: mailboxes.create_app_password(
            actor=acme.owner, mailbox_id=mailbox_id, name="Mine"
        ),
        "delete_mailbox": lambda: mailboxes.delete_mailbox(actor=acme.owner, mailbox_id=mailbox_id),
        "suspend_mailbox": lambda: mailboxes.suspend_mailbox(
            actor=acme.owner, mailbox_id=mailbox_id
        ),
        "change_mailbox": lambda: mailboxes.change_mailbox(
            actor=acme.owner, mailbox_id=mailbox_id, display_name="Anna", quota_bytes=2**30
        ),
        "restore_mailbox": lambda: mailboxes.restore_mailbox(
            actor=acme.owner, mailbox_id=deleted_id
        ),
        "delete_app_password": lambda: mailboxes.delete_app_password(
            actor=acme.owner, mailbox_id=mailbox_id, app_password_id=password_id
        ),
        "change_alias": lambda: mailboxes.change_alias(
            actor=acme.owner, alias_id=alias_id, targets=["ben@shop.test"]
        ),
        "delete_alias": lambda: mailboxes.delete_alias(actor=acme.owner, alias_id=alias_id),
        "update": lambda: domains.request_dns_update(
            actor=acme.owner, domain_id=shop.public_id, server="192.0.2.53", port=53,
            key_name="owner", algorithm="hmac-sha256", secret="c2VjcmV0c2VjcmV0",
        ),
        "mark": lambda: marking.mark_source(
            actor=acme.owner, domain_id=shop.public_id, source="mailer.test", is_known=True
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    "act",
    [
        ["create_app_password"],
        ["delete_mailbox"],
        ["change_alias"],
        ["delete_alias"],
        ["update"],
        ["mark"],
        ["suspend_mailbox", "change_mailbox", "restore_mailbox", "delete_app_password"],
    ],
    ids=lambda act: act[0],
)
def test_what_the_giver_does_during_the_switch_waits_and_comes_too_late(
    acme, globex, shop, monkeypatch, act
) -> None:
    acts = acts_of(acme, shop)
    switched, acted, count = threading.Event(), threading.Event(), accepting._count

    def slowly(*given) -> None:
        switched.set()
        acted.wait(0.7)
        count(*given)

    def late(name: str) -> str:
        switched.wait(10)
        try:
            with inside(acme):
                acts[name]()
        finally:
            acted.set()
        return f"{name} came in between"

    monkeypatch.setattr(accepting, "_count", slowly)
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    results = at_once(lambda: accept(globex, made).name, *(partial(late, name) for name in act))
    # Who waited may be heard of before who made it wait.
    assert set(results) <= {"shop.test", NotFound, DomainNotVerified}, results
    assert results.count("shop.test") == 1
    for rows in (MailboxLogin, AliasRoute, AppPassword, ZoneAccess, SourceMark):
        assert not rows.objects.exists(), rows
    used = Counter.objects.filter(used__gt=0)
    assert not used.filter(reseller_id=acme.reseller.public_id).exists()
    with inside(globex):
        held = used.filter(reseller_id=globex.reseller.public_id)
        assert dict(held.values_list("feature", "used")) == {
            "aliases": 1, "domains": 1, "mailboxes": 2,
        }  # fmt: skip
