"""Read offers, and what would move."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import CharField, Func, Q, QuerySet

from kernel import ids
from kernel.actor import Actor
from kernel.tenancy import current_reseller_id, in_schema
from mailcore.directory.models import HandOver
from mailcore.directory.states import HandOverState
from mailcore.domains.states import DomainState
from tenants.plans import services as plans

#: A target counts as crossing when it is on domain `d` and its alias is not, or the other way round.
_CROSSES = """
    EXISTS (
        SELECT FROM alias a CROSS JOIN unnest(a.targets) AS target
        WHERE (a.domain_id = d.id) <> starts_with(reverse(target), reverse('@' || d.name)))"""
_IS_ENTANGLED = f"SELECT {_CROSSES} FROM domain d WHERE d.id = %s"  # noqa: S608 (constants)
_MOVES = f"""
SELECT d.state,
    (SELECT count(*) FROM mailbox WHERE domain_id = d.id AND deleted_at IS NULL),
    (SELECT count(*) FROM alias WHERE domain_id = d.id),
    (SELECT count(*) FROM dkim_key WHERE domain_id = d.id),
    {_CROSSES}
FROM domain d WHERE d.public_id = %s"""  # noqa: S608 (constants)


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
    """What the current reseller offered and was offered, oldest first, with `giver_schema`."""
    mine = current_reseller_id()
    # Row-level security says the same; a role that sees more must not show more.
    found = HandOver.objects.filter(Q(reseller_id=mine) | Q(to_reseller_id=mine))
    giver = Func("reseller_id", function="sec.schema_of", output_field=CharField())
    told: QuerySet[HandOver] = found.annotate(giver_schema=giver).order_by("public_id")
    return told


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
    """What accepting a listed offer would move, without the addresses; None when nothing can be moved."""
    if offer.state != HandOverState.OFFERED:
        return None
    giver: str = offer.giver_schema  # type: ignore[attr-defined]  # annotated above
    with in_schema(giver), connection.cursor() as cursor:
        cursor.execute(_MOVES, [offer.domain_id])
        row = cursor.fetchone()
    if row is None:
        return None
    state, mailboxes, aliases, keys, is_crossed = row
    reasons = {
        "domain.not_verified": state != DomainState.VERIFIED,
        "hand_over.entangled": is_crossed,
    }
    needed = {"aliases": aliases, "domains": 1, "mailboxes": mailboxes}
    return Moves(
        mailboxes=mailboxes,
        aliases=aliases,
        dkim_keys=keys,
        lacking=plans.lacking(needed),
        blocked_by=[code for code, holds in reasons.items() if holds],
    )


def is_entangled(domain_pk: int) -> bool:
    """Whether an alias leads from this domain to another one, or from another one to it."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_ENTANGLED, [domain_pk])
        (found,) = cursor.fetchone() or (False,)
    return bool(found)
