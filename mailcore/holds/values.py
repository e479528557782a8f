"""What a hold may say."""

from collections.abc import Sequence
from datetime import datetime

from kernel import clock
from mailcore.directory.states import HoldKind, HoldScope, HoldSide
from mailcore.holds.errors import HoldInvalid

MOST_REASON = 200
#: What a reseller holds for reasons of its own; the others are the operator's.
OWN_KINDS = (HoldKind.OWNER, HoldKind.MIGRATION)


def kind_of(kind: str, side: HoldSide) -> str:
    """One of the kinds that the side may place; raises HoldInvalid."""
    allowed = OWN_KINDS if side is HoldSide.RESELLER else tuple(HoldKind)
    if kind not in allowed:
        raise HoldInvalid("A kind is one of: " + ", ".join(allowed) + ".", field="kind")
    return kind


def scopes_of(kind: str, scopes: Sequence[str]) -> list[str]:
    """Sorted, with delete for a legal hold; raises HoldInvalid."""
    wanted = set(scopes) | ({HoldScope.DELETE.value} if kind == HoldKind.LEGAL else set())
    if not wanted or not wanted <= set(HoldScope.values):
        raise HoldInvalid("Scopes are send, receive, login and delete.", field="scopes")
    return sorted(wanted)


def reason_of(reason: str) -> str:
    """One line of at most 200 characters; raises HoldInvalid."""
    clean = " ".join(reason.split())
    if not clean or len(clean) > MOST_REASON:
        raise HoldInvalid(f"A reason has 1 to {MOST_REASON} characters.", field="reason")
    return clean


def until_of(until: datetime | None) -> datetime | None:
    """An instant in the future, or None; raises HoldInvalid."""
    if until is not None and until <= clock.now():
        raise HoldInvalid("The end of a hold lies in the future.", field="until")
    return until
