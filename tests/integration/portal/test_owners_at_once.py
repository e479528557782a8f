"""Whoever is to own a portal is invited anew, in parallel with others who do it, or who join."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction

from kernel.errors import ApplicationError
from kernel.tenancy import in_schema
from tenants.accounts import services
from tenants.accounts.errors import OwnerThere
from tenants.accounts.models import Member
from tenants.resellers.models import Reseller
from tests.waiting import PATIENCE, eventually

pytestmark = pytest.mark.django_db(transaction=True)
WAITING = """
SELECT count(*) FROM pg_locks
WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"""


@pytest.fixture
def orphan(acme) -> Iterator[object]:
    """Acme, whose portal nobody owns; the cast stays from test to test, so it gets its owner back."""
    owners, rows = (
        Member.objects.filter(email=acme.owner_email),
        Reseller.objects.filter(pk=acme.reseller.pk),
    )
    address = rows.get().owner_email
    owners.update(is_active=False)
    yield acme
    Member.objects.exclude(email=acme.owner_email).delete()
    owners.update(is_active=True)
    rows.update(owner_email=address)


def _is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def _meanwhile(acme, first: Callable[[], object], email: str) -> list[object]:
    """Invite an owner while `first` is done and not committed; how it ended."""
    ended: list[object] = []

    def invite() -> None:
        try:
            with in_schema(acme.reseller.schema_name):
                ended.append(services.invite_owner_anew(email=email).email)
        except ApplicationError as error:
            ended.append(type(error))
        finally:
            connection.close()

    other = threading.Thread(target=invite)
    with transaction.atomic():
        first()
        other.start()
        eventually(lambda: _is_waiting() or not other.is_alive())
    other.join(PATIENCE)
    return ended


def test_of_two_invitations_at_once_one_is_good(orphan) -> None:
    ended = _meanwhile(
        orphan, lambda: services.invite_owner_anew(email="one@right.test"), "two@right.test"
    )
    assert ended == ["two@right.test"]
    invited = Member.objects.exclude(email=orphan.owner_email)
    assert invited.get().email == "two@right.test"


def test_an_owner_who_is_just_joining_stays(orphan) -> None:
    link = services.invite_owner_anew(email="one@right.test").invitation_hash
    ended = _meanwhile(
        orphan,
        lambda: services.join(invitation=link, name="Ann", password="a long enough secret"),
        "two@right.test",
    )
    assert ended == [OwnerThere]
    assert Member.objects.get(email="one@right.test").is_active
    assert not Member.objects.filter(email="two@right.test").exists()
