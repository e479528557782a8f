"""The holder of a domain offers it; a code finds its taker."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from kernel import clock
from kernel.actor import HAND_OVER, Actor, authorise
from kernel.crypto import Secret
from kernel.errors import NotAllowed
from kernel.tenancy import current_reseller_id
from mailcore.directory.models import HandOver
from mailcore.directory.selectors import has_holds
from mailcore.directory.states import HandOverState
from mailcore.domains import selectors as domains
from mailcore.domains.errors import DomainNotVerified, MovingHeld
from mailcore.domains.services.holding import hold
from mailcore.domains.states import DomainState
from mailcore.handover import selectors
from mailcore.handover.errors import HandOverOpen, TooManyOffers, UnknownReseller, WrongCode
from mailcore.handover.services.telling import tell
from tenants.resellers import selectors as resellers

#: So long an offer stands.
LASTS = timedelta(days=7)
#: So many may be open from one reseller to another: the taker's page counts what each would move.
MOST_OPEN = 20


@transaction.atomic
def offer(*, actor: Actor, domain_id: UUID, to: str = "") -> tuple[HandOver, Secret | None]:
    """Offer a verified domain to the reseller whose portal has this host name.

    Without a name, to whoever brings the code, which is told only here. Raises NotAllowed,
    NotFound, DomainNotVerified, MovingHeld, HandOverOpen, UnknownReseller, TooManyOffers.
    """
    require_reseller(actor)
    domain = hold(domains.get_seen(domain_id, actor=actor))
    if domain.state != DomainState.VERIFIED:
        raise DomainNotVerified
    if has_holds(domain.public_id, domain.name):
        raise MovingHeld
    if HandOver.objects.filter(domain_id=domain_id, state=HandOverState.OFFERED).exists():
        raise HandOverOpen
    taker = _taker(to) if to else None
    if taker is not None:
        _require_fewer(MOST_OPEN, giver=current_reseller_id(), taker=taker)
    code = None if to else Secret(secrets.token_urlsafe(24))
    made = HandOver.objects.create(
        reseller_id=current_reseller_id(),
        to_reseller_id=taker,
        domain_id=domain_id,
        domain=domain.name,
        code_hash=_hash(code) if code else "",
        expires_at=clock.now() + LASTS,
    )
    tell("hand_over.offered", made, actor=actor)
    return made, code


@transaction.atomic
def redeem(*, actor: Actor, code: str) -> HandOver:
    """The offer behind a code, from now on made to the caller's reseller and nobody else.

    Raises NotAllowed, WrongCode, TooManyOffers.
    """
    require_reseller(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.redeem_hand_over(%s, %s)", [_hash(code.strip()), clock.now()])
        (found,) = cursor.fetchone() or (None,)
    if found is None:
        raise WrongCode(field="code")
    offer = selectors.get_hand_over(found)
    # It is among them already.
    _require_fewer(MOST_OPEN + 1, giver=offer.reseller_id, taker=current_reseller_id())
    return offer


def require_reseller(actor: Actor) -> None:
    """Raises NotAllowed for a key of one organisation: a domain leaves the reseller as a whole."""
    authorise(actor, HAND_OVER)
    if actor.organisation is not None:
        raise NotAllowed("A key of one organisation cannot do this.")


def _require_fewer(most: int, *, giver: UUID, taker: UUID) -> None:
    between = HandOver.objects.filter(reseller_id=giver, to_reseller_id=taker)
    if between.filter(state=HandOverState.OFFERED).count() >= most:
        raise TooManyOffers


def _taker(host: str) -> UUID:
    found = resellers.find_portal(host.strip().lower().removesuffix("."))
    if found is None or found == current_reseller_id():
        raise UnknownReseller(field="to")
    return found


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
