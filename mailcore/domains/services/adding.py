"""Add a domain: kept from others, and routed, only when its ownership is proven."""

import secrets
from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel import ids
from kernel.actor import Actor, authorise
from kernel.dns.names import display
from kernel.errors import NotAllowed
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id
from mailcore.checks import services as checks
from mailcore.directory import services as directory
from mailcore.domains import selectors
from mailcore.domains.errors import DomainQuarantined, DomainTaken
from mailcore.domains.key_life import SLOTS
from mailcore.domains.models import Domain
from mailcore.domains.services import names
from mailcore.domains.services.dkim_keys import shelf
from mailcore.protocol.dkim_keys import KeyPair, SealedPair
from tenants.organisations import selectors as organisations
from tenants.plans.services import require


def add_domain(*, actor: Actor, organisation_id: UUID, name: str) -> Domain:
    """Claim a mail domain for an organisation and make its keys and records.

    Raises NotAllowed, NotFound (organisation), InvalidDomain, PublicSuffix, ReservedDomain,
    DomainTaken, DomainQuarantined, plans.LimitReached.
    """
    authorise(actor, "domains.write")
    if actor.domain is not None:
        raise NotAllowed("A key of one domain cannot add another.")
    organisation = organisations.get_organisation(organisation_id, organisation=actor.organisation)
    accepted = names.acceptable(name)
    with transaction.atomic():
        directory.lock_name(names.registrable(accepted))
        _refuse_taken(accepted)
        pairs = shelf.take_pairs(list(SLOTS))
        domain = _create(accepted, organisation.public_id, pairs)
        audit("domain.added", subject=domain.reference, actor=actor, data={"name": accepted})
        publish(
            "domain.added",
            subject=domain.reference,
            data={"domain_id": str(domain.public_id), "domain": accepted},
            actor=actor,
        )
        require("domains")  # last: it is what others who add some wait for
    return domain


def _refuse_taken(name: str) -> None:
    # The same words for the caller's own names, a rival's, and those above and below.
    held = selectors.list_domains().filter(name=name).exists()
    if held or directory.is_domain_taken(name, reseller_id=current_reseller_id()):
        raise DomainTaken
    until = directory.kept_until(name, reseller_id=current_reseller_id())
    if until is not None:
        raise DomainQuarantined(until=until.isoformat(timespec="seconds"))


def _create(name: str, organisation_id: UUID, pairs: Mapping[str, KeyPair | SealedPair]) -> Domain:
    domain = Domain(
        public_id=ids.uuid7(),
        name=name,
        display_name=display(name),
        organisation_id=organisation_id,
        ownership_token=secrets.token_hex(20),
    )
    try:
        with transaction.atomic(savepoint=False):  # the caller's fails as well
            directory.claim_domain(
                public_id=domain.public_id, domain=name, organisation_id=organisation_id
            )
            domain.save(force_insert=True)
    except IntegrityError as error:  # claimed in this very moment
        raise DomainTaken from error
    shelf.add_keys(domain, pairs)
    records = [record.key for record in selectors.expected_records(domain)]
    checks.open_schedule(domain_id=domain.public_id, domain=name, records=records)
    return domain
