"""A domain of Acme's that Globex may get."""

import pytest

from kernel import clock
from kernel.tenancy import in_schema
from mailcore.directory.models import HandOver, Route, SigningKey
from mailcore.domains import services as domains
from mailcore.domains.models import DkimKey, Domain
from mailcore.handover import services
from mailcore.mailboxes import services as mailboxes
from mailcore.mailboxes.models import Mailbox

PASSWORD = "a long enough secret"


def add_verified(cast, name: str = "shop.test") -> Domain:
    domain = domains.add_domain(
        actor=cast.owner, organisation_id=cast.organisation.public_id, name=name
    )
    Domain.objects.filter(pk=domain.pk).update(state="verified", verified_at=clock.now())
    Route.objects.filter(domain=name).update(is_held=True, is_verified=True)
    DkimKey.objects.filter(domain=domain).update(state="active")
    SigningKey.objects.filter(domain=name).update(state="active")
    domain.refresh_from_db()
    return domain


def add_mailbox(cast, domain: Domain, local_part: str = "anna") -> Mailbox:
    return mailboxes.create_mailbox(
        actor=cast.owner, domain_id=domain.public_id, local_part=local_part, password=PASSWORD
    )


@pytest.fixture
def shop(acme) -> Domain:
    """A verified domain with two mailboxes and an alias."""
    domain = add_verified(acme)
    for local_part in ("anna", "ben"):
        add_mailbox(acme, domain, local_part)
    mailboxes.create_app_password(
        actor=acme.owner, mailbox_id=Mailbox.objects.first().public_id, name="Phone"
    )
    mailboxes.create_alias(
        actor=acme.owner, domain_id=domain.public_id, local_part="team",
        targets=["anna@shop.test", "ben@shop.test"],
    )  # fmt: skip
    return domain


def inside(cast):
    return in_schema(cast.reseller.schema_name)


def accept(cast, made: HandOver) -> Domain:
    with inside(cast):
        return services.accept(
            actor=cast.owner,
            hand_over_id=made.public_id,
            organisation_id=cast.organisation.public_id,
        )
