"""PostgreSQL goes away in the middle of a hand-over: nothing has moved, and who asks again gets it."""

import pytest
from django.db import OperationalError, connection

from mailcore.checks import services as checks
from mailcore.directory.models import AliasRoute, AppPassword, HandOver, MailboxLogin, SigningKey
from mailcore.domains.models import DkimKey
from mailcore.handover import services
from mailcore.handover.services import accepting
from mailcore.mailboxes.models import Alias, Mailbox
from tenants.plans.models import Counter
from tests.integration.handover.conftest import accept, inside
from tests.integration.handover.test_parallel_hand_over import owner_of

pytestmark = pytest.mark.django_db(transaction=True)
#: What is done one after the other in the switch's transaction; the connection dies after each.
STEPS = (
    (accepting.zones, "forget_domain"),
    (accepting, "_switch"),
    (accepting, "_count"),
    (accepting, "move"),
    (checks, "forget_publishing"),
    (accepting, "tell"),
)
ROWS = (Mailbox, Alias, DkimKey, MailboxLogin, AliasRoute, AppPassword, SigningKey, Counter)


def seen(*casts) -> list[dict[str, int]]:
    """How many rows of what each reseller has."""
    found = []
    for cast in casts:
        with inside(cast):
            found.append({rows.__name__: rows.objects.count() for rows in ROWS})
    return found


def test_all_has_moved_or_nothing_wherever_the_database_dies(acme, globex, shop, monkeypatch):
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    before = seen(acme, globex)
    for place, name in STEPS:
        with monkeypatch.context() as patch:
            patch.setattr(place, name, _dying_after(getattr(place, name)))
            with pytest.raises(OperationalError):
                accept(globex, made)
        connection.close()
        assert owner_of("shop.test", acme, globex) == [acme.host], name
        assert seen(acme, globex) == before, name
        with inside(acme):
            assert HandOver.objects.get().state == "offered", name
    assert accept(globex, made).name == "shop.test"
    assert owner_of("shop.test", acme, globex) == [globex.host]
    kept, taken = seen(acme, globex)
    moved = {name: count for name, count in before[0].items() if name != "Counter"}
    assert {name: taken[name] for name in moved} == moved
    assert not any(kept[name] for name in moved), kept


def _dying_after(step):
    def die(*given, **named):
        done = step(*given, **named)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return done

    return die
