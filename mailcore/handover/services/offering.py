"""The holder of a domain offers it; a code finds its taker."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.crypto import Secret
from kernel.errors import NotAllowed
from kernel.tenancy import current_reseller_id
from mailcore.directory.models import HandOver
from mailcore.directory.states import HandOverState
from mailcore.domains import selectors as domains
from mailcore.domains.errors import DomainNotVerified
from mailcore.domains.services.holding import hold
from mailcore.domains.states import DomainState
from mailcore.handover import selectors
from mailcore.handover.errors import HandOverOpen, UnknownReseller, WrongCode
from mailcore.handover.services.telling import tell
from tenants.resellers import selectors as resellers

#: So long an offer stands.
LASTS = timedelta(days=7)


@transaction.atomic
def offer(*, actor: Actor, domain_id: UUID, to: str = "") -> tuple[HandOver, Secret | None]:
    """Offer a verified domain to the reseller whose portal has this host name.

    Without a name, to whoever brings the code, which is told only here. Raises NotAllowed,
    NotFound, DomainNotVerified, HandOverOpen, UnknownReseller.
    """
    require_reseller(actor)
    domain = hold(domains.get_seen(domain_id, actor=actor))
    if domain.state != DomainState.VERIFIED:
        raise DomainNotVerified
    if HandOver.objects.filter(domain_id=domain_id, state=HandOverState.OFFERED).exists():
        raise HandOverOpen
    code = None if to else Secret(secrets.token_urlsafe(24))
    made = HandOver.objects.create(
        reseller_id=current_reseller_id(),
        to_reseller_id=_taker(to) if to else None,
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

    Raises NotAllowed, WrongCode.
    """
    require_reseller(actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.redeem_hand_over(%s, %s)", [_hash(code.strip()), clock.now()])
        (found,) = cursor.fetchone() or (None,)
    if found is None:
        raise WrongCode(field="code")
    return selectors.get_hand_over(found)


def require_reseller(actor: Actor) -> None:
    """Raises NotAllowed for a key of one organisation: a domain leaves the reseller as a whole."""
    authorise(actor, "domains.write")
    if actor.organisation is not None:
        raise NotAllowed("A key of one organisation cannot do this.")


def _taker(host: str) -> UUID:
    found = resellers.find_portal(host.strip().lower().removesuffix("."))
    if found is None or found == current_reseller_id():
        raise UnknownReseller(field="to")
    return found


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
