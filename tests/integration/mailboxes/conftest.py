"""A verified domain with mailboxes."""

from collections.abc import Callable

import pytest

from mailcore.directory import services as directory
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.mailboxes import services
from mailcore.mailboxes.models import Mailbox

PASSWORD = "a long enough secret"


@pytest.fixture
def domain(acme) -> Domain:
    """`shop.test`, verified."""
    domain = domains.add_domain(
        actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
    )
    Domain.objects.update(state="verified")
    directory.set_routed("shop.test", is_verified=True)
    domain.refresh_from_db()
    return domain


@pytest.fixture
def mailbox(acme, domain) -> Callable[[str], Mailbox]:
    """Make a mailbox of shop.test."""

    def mailbox(local_part: str) -> Mailbox:
        return services.create_mailbox(
            actor=acme.owner,
            domain_id=domain.public_id,
            local_part=local_part,
            password=PASSWORD,
        )

    return mailbox
