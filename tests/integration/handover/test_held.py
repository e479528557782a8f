"""A domain that is held stays where it is: nobody slips out of a hold by handing over."""

import pytest

from kernel.actor import SYSTEM
from kernel.tenancy import PUBLIC, in_schema
from mailcore.directory.models import MailboxLogin
from mailcore.directory.states import HoldOn
from mailcore.domains.errors import MovingHeld
from mailcore.handover import services
from mailcore.holds import services as holds
from tests.integration.handover.conftest import accept

pytestmark = pytest.mark.django_db


def test_what_a_hold_stands_on_is_neither_offered_nor_taken(acme, globex, shop) -> None:
    made, _ = services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
    login = MailboxLogin.objects.order_by("address").first()
    with in_schema(PUBLIC):
        holds.place_hold(
            actor=SYSTEM,
            reseller_id=acme.reseller.public_id,
            on=HoldOn.MAILBOX,
            object_id=login.public_id,
            kind="abuse",
            scopes=["login"],
            reason="spam was sent",
        )
    with pytest.raises(MovingHeld):
        accept(globex, made)
    services.withdraw(actor=acme.owner, hand_over_id=made.public_id)
    with pytest.raises(MovingHeld):
        services.offer(actor=acme.owner, domain_id=shop.public_id, to=globex.host)
