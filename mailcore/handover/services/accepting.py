"""The switch: one transaction in which a domain is the giver's before and the taker's after."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection, transaction

from kernel import clock
from kernel.actor import Actor
from kernel.tenancy import current_reseller_id, current_schema, in_reseller
from mailcore.checks import services as checks
from mailcore.directory.models import HandOver
from mailcore.directory.selectors import has_holds
from mailcore.directory.states import HandOverState
from mailcore.domains import selectors as domains
from mailcore.domains.errors import DomainNotVerified, MovingHeld
from mailcore.domains.models import Domain
from mailcore.domains.services.claims import ClaimEnd, drop_claim
from mailcore.domains.services.holding import hold
from mailcore.domains.states import DomainState
from mailcore.handover import selectors
from mailcore.handover.errors import DomainEntangled, HandOverEnded
from mailcore.handover.services.moving import move
from mailcore.handover.services.offering import require_reseller
from mailcore.handover.services.telling import tell
from mailcore.mailboxes.models import Alias, Mailbox
from mailcore.zones import services as zones
from tenants.organisations import selectors as organisations
from tenants.plans import services as plans
from tenants.resellers import selectors as resellers


@transaction.atomic
def accept(*, actor: Actor, hand_over_id: UUID, organisation_id: UUID) -> Domain:
    """Take the domain into an organisation of the caller's, with its mailboxes, aliases and keys.

    Raises NotAllowed, NotFound (offer, organisation), HandOverEnded, DomainNotVerified,
    DomainEntangled, MovingHeld, plans.LimitReached; then everything is as before.
    """
    require_reseller(actor)
    offer = selectors.get_received(hand_over_id)
    organisation = organisations.get_organisation(organisation_id)
    taker = current_schema()
    with in_reseller(offer.reseller_id):
        giver, amounts = current_schema(), _hold(offer)
        # The giver's way into its own DNS account is no part of the domain.
        zones.forget_domain(offer.domain_id)
    _give_way(offer.domain)
    # The claim on the name and all else that is public; from here on the offer is over.
    if not _switch(offer, organisation.public_id):
        raise HandOverEnded
    _count(offer.reseller_id, current_reseller_id(), amounts)
    move(
        domain_id=offer.domain_id,
        giver=giver,
        taker=taker,
        organisation_id=organisation.public_id,
    )
    checks.forget_publishing(offer.domain_id)
    # Some records name the reseller's own hosts: the verdicts are about what the giver wanted.
    checks.look_soon(offer.domain_id)
    offer.refresh_from_db()
    tell("domain.handed_over", offer, actor=actor)
    return domains.get_domain(offer.domain_id)


def _hold(offer: HandOver) -> Mapping[str, int]:
    """Lock the giver's domain, see that it may go; how much of each feature goes with it."""
    domain = domains.list_domains().filter(public_id=offer.domain_id).first()
    is_open = offer.state == HandOverState.OFFERED and resellers.is_active(offer.reseller_id)
    if domain is None or not is_open:
        raise HandOverEnded
    domain = hold(domain)
    if domain.state != DomainState.VERIFIED:
        raise DomainNotVerified
    if has_holds(domain.public_id, domain.name):
        raise MovingHeld
    if selectors.is_entangled(domain.pk):
        raise DomainEntangled
    return {
        "aliases": Alias.objects.filter(domain=domain).count(),
        "domains": 1,
        "mailboxes": Mailbox.objects.filter(domain=domain, deleted_at=None).count(),
    }


def _give_way(name: str) -> None:
    """The taker may have claimed the name before it was the giver's, and never proven it."""
    claimed = domains.list_domains().filter(name=name, verified_at=None).first()
    if claimed is not None:
        drop_claim(hold(claimed), reason=ClaimEnd.PROVEN_ELSEWHERE)


def _switch(offer: HandOver, organisation_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sec.hand_over(%s, %s, %s)", [offer.public_id, organisation_id, clock.now()]
        )
        (done,) = cursor.fetchone() or (None,)
    return done is not None


def _count(giver: UUID, taker: UUID, amounts: Mapping[str, int]) -> None:
    # In one order for all, or two who give each other a domain would wait for each other.
    for reseller_id in sorted([giver, taker]):
        change = plans.release if reseller_id == giver else plans.require
        with in_reseller(reseller_id):
            for feature in sorted(amounts):
                if amounts[feature]:
                    change(feature, amounts[feature])
