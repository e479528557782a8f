"""Add a domain: claimed at once, routed only when its ownership is proven."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel import clock, ids
from kernel.actor import Actor, authorise
from kernel.dns.names import display
from kernel.errors import NotAllowed
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id
from mailcore.checks import services as checks
from mailcore.directory import services as directory
from mailcore.domains import selectors
from mailcore.domains.errors import DomainQuarantined, DomainTaken
from mailcore.domains.models import DkimKey, Domain
from mailcore.domains.services import names
from mailcore.protocol import dkim_keys
from mailcore.protocol.dkim_keys import KeyPair
from tenants.organisations import selectors as organisations
from tenants.plans.services import require

_SELECTOR_LETTER = {dkim_keys.RSA: "r1", dkim_keys.ED25519: "e1"}


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
    _refuse_taken(accepted)  # before the costly keys; looked at again under the lock
    pairs = make_pairs()
    with transaction.atomic():
        directory.lock_name(names.registrable(accepted))
        _refuse_taken(accepted)
        require("domains")
        domain = _create(accepted, organisation.public_id, pairs)
        audit("domain.added", subject=domain.reference, actor=actor, data={"name": accepted})
        publish(
            "domain.added",
            subject=domain.reference,
            data={"domain_id": str(domain.public_id), "domain": accepted},
            actor=actor,
        )
    return domain


def make_pairs() -> list[KeyPair]:
    """An RSA-2048 and an Ed25519 key pair."""
    return [dkim_keys.make(dkim_keys.RSA), dkim_keys.make(dkim_keys.ED25519)]


def selector_for(pair: KeyPair) -> str:
    """A selector that tells algorithm and day, so that a later key never reuses the name."""
    return f"{_SELECTOR_LETTER[pair.algorithm]}-{clock.now():%Y%m%d}"


def _refuse_taken(name: str) -> None:
    # The same words for the caller's own names, a rival's, and those above and below.
    held = selectors.list_domains().filter(name=name).exists()
    if held or directory.is_domain_taken(name, reseller_id=current_reseller_id()):
        raise DomainTaken
    until = directory.kept_until(name, reseller_id=current_reseller_id())
    if until is not None:
        raise DomainQuarantined(until=until.isoformat(timespec="seconds"))


def _create(name: str, organisation_id: UUID, pairs: Sequence[KeyPair]) -> Domain:
    domain = Domain(
        public_id=ids.uuid7(),
        name=name,
        display_name=display(name),
        organisation_id=organisation_id,
        ownership_token=secrets.token_hex(20),
    )
    try:
        with transaction.atomic():
            directory.claim_domain(
                public_id=domain.public_id, domain=name, organisation_id=organisation_id
            )
            domain.save(force_insert=True)
    except IntegrityError as error:  # claimed in this very moment
        raise DomainTaken from error
    for pair in pairs:
        _add_key(domain, pair)
    records = [record.key for record in selectors.expected_records(domain)]
    checks.open_schedule(domain_id=domain.public_id, domain=name, records=records)
    return domain


def _add_key(domain: Domain, pair: KeyPair) -> None:
    selector = selector_for(pair)
    key_id = directory.add_signing_key(domain=domain.name, selector=selector, pair=pair)
    DkimKey.objects.create(
        public_id=key_id,
        domain=domain,
        selector=selector,
        algorithm=pair.algorithm,
        public_key=pair.public,
    )
