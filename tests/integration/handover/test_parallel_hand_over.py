"""Of those who act on one domain at the same moment one comes first, and nothing is ever half moved."""

import threading

import pytest
from django.db import DatabaseError, connection

from kernel.errors import ApplicationError, NotFound
from kernel.tenancy import in_reseller
from mailcore.directory.models import MailboxLogin, Route
from mailcore.domains import services as domains
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.models import Domain
from mailcore.handover import services
from mailcore.handover.errors import HandOverEnded
from mailcore.mailboxes.models import Mailbox
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
