"""`/api/v1/hand-overs`: a domain goes to another reseller."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, TypedDict
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import HAND_OVER, Actor, authorise
from kernel.rest import listing
from kernel.rest.idempotency import ToldOnce
from kernel.rest.listing import Listing
from kernel.rest.openapi import Id, OneOf, Page, operation, shape
from kernel.rest.paging import page
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import ApiView, CommandView, actor_of
from kernel.tenancy import current_reseller_id
from mailcore.directory.models import HandOver
from mailcore.directory.states import HandOverState
from mailcore.domains.api.shapes import DomainShown
from mailcore.domains.api.shapes import show as show_domain
from mailcore.domains.errors import DomainNotVerified, MovingHeld
from mailcore.handover import errors, selectors, services
from mailcore.handover.selectors import Moves
from tenants.plans.errors import LimitReached, NoPlan

_EXAMPLE = {
    "id": "hov_01k8z6g8j0m2p4r6t8w0y2a4c6",
    "domain": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
    "domain_name": "client.test",
    "side": "given",
    "state": "offered",
    "offered_at": "2026-03-01T09:30:00Z",
    "expires_at": "2026-03-08T09:30:00Z",
    "ended_at": None,
}


class NewOffer(Body):
    """The taker's portal, such as `acme.example.net`; without it a code is made."""

    to = serializers.CharField(max_length=253, allow_blank=True, default="")
    example = {"to": "acme.example.net"}


class Code(Body):
    """The code that the giver was told."""

    code = serializers.CharField(max_length=100)
    example = {"code": "q0xXw1…"}


class Taking(Body):
    """The organisation that the domain is for from now on."""

    organisation = Reference("org")
    example = {"organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8"}


@shape(example=_EXAMPLE)
class HandOverShown(TypedDict):
    """An offer of a domain; `side` says whether the caller's reseller gives or receives it."""

    id: Annotated[str, Id("hov")]
    domain: Annotated[str, Id("dom")]
    domain_name: str
    side: str
    state: Annotated[str, OneOf(HandOverState)]
    offered_at: datetime
    expires_at: datetime
    ended_at: datetime | None


@shape(example={**_EXAMPLE, "code": None})
class NewHandOver(HandOverShown):
    """The offer, with the code that is told only here; null when the taker was named, and in a repeat."""

    code: str | None


@shape(
    example={
        **_EXAMPLE,
        "moves": {
            "mailboxes": 12,
            "aliases": 3,
            "dkim_keys": 4,
            "lacking": [],
            "blocked_by": [],
        },
    }
)
class HandOverRead(HandOverShown):
    """The offer, with what would move; null when it is over."""

    moves: Moves | None


LISTING = Listing(
    filters={"state": listing.choice("state", HandOverState.values, says="where it stands")},
)


def show(one: HandOver) -> HandOverShown:
    """An offer as JSON."""
    return {
        "id": one.reference,
        "domain": ids.to_public("dom", one.domain_id),
        "domain_name": one.domain,
        "side": "given" if one.reseller_id == current_reseller_id() else "received",
        "state": one.state,
        "offered_at": one.offered_at,
        "expires_at": one.expires_at,
        "ended_at": one.ended_at,
    }


class Offer(CommandView):
    """Offer a domain."""

    @operation(
        "domains.hand_over",
        right=HAND_OVER,
        takes=NewOffer,
        answers={201: NewHandOver},
        found_at="hand-overs/{id}",
        problems=[
            DomainNotVerified,
            MovingHeld,
            errors.HandOverOpen,
            errors.TooManyOffers,
            errors.UnknownReseller,
        ],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Offer a domain to another reseller.

        To the one whose portal is named, or to whoever brings the code that is told here once.
        Nothing changes before they accept.
        """
        body = NewOffer(data=request.data)
        body.is_valid(raise_exception=True)
        made, code = services.offer(
            actor=actor_of(request),
            domain_id=ids.from_public("dom", str(parts["domain_id"])),
            to=body.validated_data["to"],
        )
        return ToldOnce(show(made), code=code, status=201)


class HandOvers(ApiView):
    """Given and received."""

    @operation(
        "hand_overs.list", right="domains.read", answers={200: Page[HandOverShown]}, query=LISTING
    )
    def get(self, request: Request) -> Response:
        """List offers of domains, given and received."""
        return page(request, selectors.list_seen(_reader(request)), show=show, listing=LISTING)


class OneHandOver(ApiView):
    """Read one."""

    @operation("hand_overs.get", right="domains.read", answers={200: HandOverRead})
    def get(self, request: Request, hand_over_id: str) -> Response:
        """Read an offer, with what would move.

        `lacking` names what the taker's plan has too little room for, `blocked_by` what the giver
        has to put right.
        """
        found = selectors.get_seen(ids.from_public("hov", hand_over_id), actor=_reader(request))
        moves = selectors.find_moves(found)
        return Response({**show(found), "moves": asdict(moves) if moves else None})


class Redeem(CommandView):
    """Use a code."""

    @operation(
        "hand_overs.redeem",
        right=HAND_OVER,
        takes=Code,
        answers={200: HandOverShown},
        problems=[errors.TooManyOffers, errors.WrongCode],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Find the offer behind a code.

        From now on it is made to the caller's reseller alone; the code is used up.
        """
        body = Code(data=request.data)
        body.is_valid(raise_exception=True)
        found = services.redeem(actor=actor_of(request), code=body.validated_data["code"])
        return Response(show(found))


class Accept(CommandView):
    """Take the domain."""

    @operation(
        "hand_overs.accept",
        right=HAND_OVER,
        takes=Taking,
        answers={200: DomainShown},
        problems=[
            errors.HandOverEnded,
            errors.DomainEntangled,
            DomainNotVerified,
            MovingHeld,
            LimitReached,
            NoPlan,
        ],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Accept an offer: the domain is the caller's at once, with all that is on it."""
        body = Taking(data=request.data)
        body.is_valid(raise_exception=True)
        domain = services.accept(
            actor=actor_of(request),
            hand_over_id=_id(parts),
            organisation_id=body.validated_data["organisation"],
        )
        return Response(show_domain(domain))


class Decline(CommandView):
    """Do not take it."""

    @operation(
        "hand_overs.decline",
        right=HAND_OVER,
        answers={200: HandOverShown},
        problems=[errors.HandOverEnded],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Decline an offer that was received."""
        return Response(show(services.decline(actor=actor_of(request), hand_over_id=_id(parts))))


class Withdraw(CommandView):
    """Take the offer back."""

    @operation(
        "hand_overs.withdraw",
        right=HAND_OVER,
        answers={200: HandOverShown},
        problems=[errors.HandOverEnded],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Withdraw an offer that was given."""
        return Response(show(services.withdraw(actor=actor_of(request), hand_over_id=_id(parts))))


def _reader(request: Request) -> Actor:
    actor = actor_of(request)
    authorise(actor, "domains.read")
    return actor


def _id(parts: dict[str, object]) -> UUID:
    return ids.from_public("hov", str(parts["hand_over_id"]))


_ONE = "hand-overs/<str:hand_over_id>"
urlpatterns = [
    path("domains/<str:domain_id>/hand-over", Offer.as_view(), name="api-domain-hand-over"),
    path("hand-overs", HandOvers.as_view(), name="api-hand-overs"),
    path("hand-overs/redeem", Redeem.as_view(), name="api-hand-over-redeem"),
    path(_ONE, OneHandOver.as_view(), name="api-hand-over"),
    path(f"{_ONE}/accept", Accept.as_view(), name="api-hand-over-accept"),
    path(f"{_ONE}/decline", Decline.as_view(), name="api-hand-over-decline"),
    path(f"{_ONE}/withdraw", Withdraw.as_view(), name="api-hand-over-withdraw"),
]
