"""Read offers, and what would move."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from kernel import ids
from kernel.actor import Actor
from kernel.tenancy import current_reseller_id, in_reseller
from mailcore.directory.models import HandOver
from mailcore.directory.states import HandOverState
from mailcore.domains import selectors as domains
from mailcore.domains.states import DomainState
from mailcore.mailboxes.models import Alias, Mailbox
from tenants.plans import services as plans

#: A target counts as crossing when it is on the domain and its alias is not, or the other way round.
_CROSSES = """
SELECT EXISTS (
    SELECT FROM alias a CROSS JOIN unnest(a.targets) AS target
    WHERE (a.domain_id = %s) <> (starts_with(reverse(target), reverse(%s))))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What goes with a domain, and what stands against it.

    `lacking` names features of which the taker's plan has too little room, `blocked_by` codes of
    what the giver has to put right.
    """

    mailboxes: int
    aliases: int
    dkim_keys: int
    lacking: Sequence[str]
    blocked_by: Sequence[str]


def list_hand_overs() -> QuerySet[HandOver]:
    """What the current reseller offered and was offered, oldest first."""
    mine = current_reseller_id()
    # Row-level security says the same; a role that sees more must not show more.
    found = HandOver.objects.filter(Q(reseller_id=mine) | Q(to_reseller_id=mine))
    return found.order_by("public_id")


def list_seen(actor: Actor) -> QuerySet[HandOver]:
    """Those that exist for this actor: none for a key of one organisation."""
    return list_hand_overs() if actor.organisation is None else HandOver.objects.none()


def get_seen(hand_over_id: UUID, *, actor: Actor) -> HandOver:
    """One of them; raises NotFound."""
    found = list_seen(actor).filter(public_id=hand_over_id).first()
    if found is None:
        raise ids.missing("hov")
    return found


def list_waiting() -> QuerySet[HandOver]:
    """Offers that the current reseller may accept."""
    return list_hand_overs().filter(
        to_reseller_id=current_reseller_id(), state=HandOverState.OFFERED
    )


def get_hand_over(hand_over_id: UUID) -> HandOver:
    """One by its public id; raises NotFound."""
    found = list_hand_overs().filter(public_id=hand_over_id).first()
    if found is None:
        raise ids.missing("hov")
    return found


def get_received(hand_over_id: UUID) -> HandOver:
    """One that was made to the current reseller; raises NotFound."""
    found = get_hand_over(hand_over_id)
    if found.to_reseller_id != current_reseller_id():
        raise ids.missing("hov")
    return found


def find_moves(offer: HandOver) -> Moves | None:
    """What accepting would move, without the addresses themselves; None when nothing can be moved."""
    if offer.state != HandOverState.OFFERED:
        return None
    with in_reseller(offer.reseller_id):
        domain = domains.list_domains().filter(public_id=offer.domain_id).first()
        if domain is None:
            return None
        mailboxes = Mailbox.objects.filter(domain=domain, deleted_at=None).count()
        aliases = Alias.objects.filter(domain=domain).count()
        keys = domain.dkim_keys.count()
        blocked = ["domain.not_verified"] if domain.state != DomainState.VERIFIED else []
        blocked += ["hand_over.entangled"] if is_entangled(domain.pk, domain.name) else []
    needed = {"aliases": aliases, "domains": 1, "mailboxes": mailboxes}
    return Moves(
        mailboxes=mailboxes,
        aliases=aliases,
        dkim_keys=keys,
        lacking=[name for name, amount in needed.items() if not plans.has_room(name, amount)],
        blocked_by=blocked,
    )


def is_entangled(domain_pk: int, name: str) -> bool:
    """Whether an alias leads from this domain to another one, or from another one to it."""
    with connection.cursor() as cursor:
        cursor.execute(_CROSSES, [domain_pk, f"@{name}"])
        (found,) = cursor.fetchone() or (False,)
    return bool(found)
