"""What the APIs take and show of holds."""

from datetime import datetime
from typing import Annotated, TypedDict
from uuid import UUID

from rest_framework import serializers

from kernel import ids
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.openapi import Id, OneOf, shape
from kernel.rest.serializers import Body
from mailcore.directory.models import Hold
from mailcore.directory.states import HoldKind, HoldOn, HoldScope, HoldSide
from mailcore.holds.errors import HoldInvalid
from mailcore.holds.values import MOST_REASON

PREFIXES = {HoldOn.RESELLER: "res", HoldOn.DOMAIN: "dom", HoldOn.MAILBOX: "mbx"}


class NewHold(Body):
    """What is held of a domain (`dom_…`) or a mailbox (`mbx_…`), and why; until it is lifted."""

    object = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(HoldKind.values)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(HoldScope.values), min_length=1, max_length=4
    )
    reason = serializers.CharField(max_length=MOST_REASON)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    example = {
        "object": "mbx_01k8z1f5h7k9n1q3s5v7x9z1b3",
        "kind": "owner",
        "scopes": ["send", "login"],
        "reason": "Left the company on 28 February.",
    }


@shape(
    example={
        "id": "hld_01k8z7a9c1e3g5j7m9p1r3t5w7",
        "object": "mbx_01k8z1f5h7k9n1q3s5v7x9z1b3",
        "on": "mailbox",
        "name": "anna@client.test",
        "kind": "owner",
        "scopes": ["login", "send"],
        "by": "reseller",
        "reason": "Left the company on 28 February.",
        "since": "2026-03-01T09:30:00Z",
        "until": None,
    }
)
class HoldShown(TypedDict):
    """A hold that stands; `by` says who placed it, and alone lifts it."""

    id: Annotated[str, Id("hld")]
    object: str
    on: Annotated[str, OneOf(HoldOn)]
    name: str
    kind: Annotated[str, OneOf(HoldKind)]
    scopes: list[Annotated[str, OneOf(HoldScope)]]
    by: Annotated[str, OneOf(HoldSide)]
    reason: str
    since: datetime
    until: datetime | None


LISTING = Listing(
    filters={
        "kind": listing.choice("kind", HoldKind.values, says="of this kind"),
        "by": listing.choice("side", HoldSide.values, says="placed by this side"),
        "on": listing.choice("object_kind", HoldOn.values, says="on such an object"),
    }
)


def show(hold: Hold) -> HoldShown:
    """A hold as JSON."""
    kind = HoldOn(hold.object_kind)
    return {
        "id": hold.reference,
        "object": ids.to_public(PREFIXES[kind], hold.object_id),
        "on": kind.value,
        "name": hold.name,
        "kind": hold.kind,
        "scopes": hold.scopes,
        "by": hold.side,
        "reason": hold.reason,
        "since": hold.placed_at,
        "until": hold.ends_at,
    }


def object_of(text: str) -> tuple[HoldOn, UUID]:
    """Which object an id names; raises HoldInvalid for the ids of other things, NotFound."""
    for kind, prefix in PREFIXES.items():
        if text.startswith(f"{prefix}_"):
            return kind, ids.from_public(prefix, text)
    raise HoldInvalid("Name a domain or a mailbox by its id.", field="object")
