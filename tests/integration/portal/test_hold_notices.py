"""What stands still by a hold says so on its own page and on those below it."""

import pytest

from kernel.tenancy import in_schema
from mailcore.directory import services as directory
from mailcore.directory.states import HoldOn
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.holds import services
from mailcore.mailboxes import services as mailboxes

pytestmark = pytest.mark.django_db


def test_a_domains_hold_stands_on_its_page_and_on_its_mailboxes(alice, acme):
    with in_schema(acme.reseller.schema_name):
        domain = domains.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name="shop.test"
        )
        other = domains.add_domain(
            actor=acme.owner, organisation_id=acme.organisation.public_id, name="other.test"
        )
        Domain.objects.update(state="verified")
        directory.set_routed("shop.test", is_verified=True)
        anna = mailboxes.create_mailbox(
            actor=acme.owner, domain_id=domain.public_id, local_part="anna", password="x" * 20
        )
        hold = services.place_hold(
            actor=acme.owner, reseller_id=acme.reseller.public_id, on=HoldOn.DOMAIN,
            object_id=domain.public_id, kind="owner", scopes=["send"], reason="<b>a closed shop",
        )  # fmt: skip
    pages = ("/", f"/domains/{domain.reference}/", f"/mailboxes/{anna.reference}/")
    for page in pages:
        seen = alice.get(page).content.decode()
        assert "shop.test: does not send." in seen, page
        assert "&lt;b&gt;a closed shop" in seen
    assert "does not send" not in alice.get(f"/domains/{other.reference}/").content.decode()
    with in_schema(acme.reseller.schema_name):
        services.lift_hold(actor=acme.owner, hold_id=hold.public_id)
    for page in pages:
        assert "does not send" not in alice.get(page).content.decode()
