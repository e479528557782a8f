"""The operator's `/api/v1/holds`: on a reseller, or on a domain or mailbox of one."""

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.rest import listing
from kernel.rest.listing import Listing
from kernel.rest.openapi import Page, operation
from kernel.rest.paging import page
from kernel.rest.serializers import Reference
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.directory.states import HoldOn
from mailcore.holds import errors, selectors
from mailcore.holds.services import READ, WRITE, lift_hold, place_hold
from mailcore.holds.shapes import LISTING as OWN
from mailcore.holds.shapes import HoldShown, NewHold, object_of, show


class NewOperatorHold(NewHold):
    """Whose it is, and what is held; without an object (`dom_…`, `mbx_…`) all of the reseller's."""

    reseller = Reference("res")
    object = serializers.CharField(max_length=40, required=False)
    example = {
        "reseller": "res_01k8yzq3s5v7x9z1b3d5f7h9k1",
        "object": "dom_01k8z1c3e5g7j9m1p3r5t7w9y1",
        "kind": "abuse",
        "scopes": ["send"],
        "reason": "Mail to bought addresses; please write to us.",
    }


LISTING = Listing(
    filters={**OWN.filters, "reseller": listing.reference("res", "reseller_id", says="its holds")}
)


class Holds(CommandView):
    """List and place."""

    @operation("holds.list", right=READ, answers={200: Page[HoldShown]}, query=LISTING)
    def get(self, request: Request) -> Response:
        """List the holds that stand anywhere."""
        actor = actor_of(request)
        authorise(actor, READ)
        return page(request, selectors.list_seen(actor), show=show, listing=LISTING)

    @operation(
        "holds.place",
        right=WRITE,
        takes=NewOperatorHold,
        answers={201: HoldShown},
        found_at="holds/{id}",
        problems=[errors.HoldInvalid, errors.HoldStands],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Hold a reseller, or a domain or mailbox of it.

        It is effective at once, and the reseller reads the reason. A legal hold keeps from deleting.
        """
        body = NewOperatorHold(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        reseller_id, named = given.pop("reseller"), given.pop("object", None)
        on, object_id = object_of(named) if named else (HoldOn.RESELLER, reseller_id)
        hold = place_hold(
            actor=actor_of(request), reseller_id=reseller_id, on=on, object_id=object_id, **given
        )
        return Response(show(hold), status=201)


class OneHold(ApiView):
    """Read and lift."""

    @operation("holds.get", right=READ, answers={200: HoldShown})
    def get(self, request: Request, hold_id: str) -> Response:
        """Read a hold that stands."""
        actor = actor_of(request)
        authorise(actor, READ)
        return Response(show(selectors.get_seen(ids.from_public("hld", hold_id), actor=actor)))

    @operation("holds.lift", right=WRITE, answers={204: None}, problems=[errors.HoldOfReseller])
    def delete(self, request: Request, hold_id: str) -> Response:
        """Lift a hold of the operator's; a reseller's own is theirs to lift."""
        lift_hold(actor=actor_of(request), hold_id=ids.from_public("hld", hold_id))
        return Response(status=204)


urlpatterns = [
    path("holds", Holds.as_view(), name="operator-api-holds"),
    path("holds/<str:hold_id>", OneHold.as_view(), name="operator-api-hold"),
]
