"""`/api/v1/holds`: what stands on a reseller's own, and holds that it places itself."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.actor import authorise
from kernel.errors import NotFound
from kernel.rest.openapi import Page, operation
from kernel.rest.paging import page
from kernel.rest.views import ApiView, CommandView, actor_of
from kernel.tenancy import current_reseller_id
from mailcore.holds import errors, selectors
from mailcore.holds.services import READ, WRITE, lift_hold, place_hold
from mailcore.holds.shapes import LISTING, HoldShown, NewHold, object_of, show


class Holds(CommandView):
    """List and place."""

    keeps_domain = True

    @operation("holds.list", right=READ, answers={200: Page[HoldShown]}, query=LISTING)
    def get(self, request: Request) -> Response:
        """List the holds that stand."""
        actor = actor_of(request)
        authorise(actor, READ)
        return page(request, selectors.list_seen(actor), show=show, listing=LISTING)

    @operation(
        "holds.place",
        right=WRITE,
        takes=NewHold,
        answers={201: HoldShown},
        found_at="holds/{id}",
        problems=[errors.HoldInvalid, errors.HoldStands, NotFound],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Hold a domain or a mailbox.

        Its mail out or in, its logins, or that it is deleted. It is effective at once. The kind is owner or migration; the others are the operator's.
        """
        body = NewHold(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        on, object_id = object_of(given.pop("object"))
        hold = place_hold(
            actor=actor_of(request),
            reseller_id=current_reseller_id(),
            on=on,
            object_id=object_id,
            **given,
        )
        return Response(show(hold), status=201)


class OneHold(ApiView):
    """Read and lift."""

    keeps_domain = True

    @operation("holds.get", right=READ, answers={200: HoldShown})
    def get(self, request: Request, hold_id: str) -> Response:
        """Read a hold that stands."""
        actor = actor_of(request)
        authorise(actor, READ)
        return Response(show(selectors.get_seen(ids.from_public("hld", hold_id), actor=actor)))

    @operation("holds.lift", right=WRITE, answers={204: None}, problems=[errors.HoldOfOperator])
    def delete(self, request: Request, hold_id: str) -> Response:
        """Lift a hold of your own; what others hold stays."""
        lift_hold(actor=actor_of(request), hold_id=ids.from_public("hld", hold_id))
        return Response(status=204)


urlpatterns = [
    path("holds", Holds.as_view(), name="api-holds"),
    path("holds/<str:hold_id>", OneHold.as_view(), name="api-hold"),
]
