"""A reseller's suppressions: list, add, remove."""

from collections.abc import Sequence
from operator import attrgetter
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import clock, ids
from kernel.errors import InvalidInput
from kernel.rest.openapi import OneOf, Page, Query, operation
from kernel.rest.paging import page_of
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.delivery.suppression import errors, selectors, services
from mailcore.delivery.suppression.api.shapes import NewSuppression, SuppressionShown, show
from mailcore.delivery.suppression.entries import Reason, Suppression


class Filter(serializers.Serializer[object]):
    """What a list is narrowed to."""

    address = serializers.CharField(max_length=400, default="")
    stream = serializers.ChoiceField(sorted(services.STREAMS), default="")
    reason = serializers.ChoiceField([one.value for one in Reason], default="")


_QUERY = [
    Query(name="address", about="Only this address."),
    Query(name="stream", about="Only of this stream.", is_=OneOf(sorted(services.STREAMS))),
    Query(name="reason", about="Only for this reason.", is_=OneOf(Reason)),
]


class Suppressions(CommandView):
    """List and add."""

    @operation(
        "suppressions.list",
        right=services.READ,
        answers={200: Page[SuppressionShown]},
        query=_QUERY,
        problems=[errors.InvalidAddress],
    )
    def get(self, request: Request) -> Response:
        """List the reseller's own suppressions that hold now, newest first."""
        services.authorise_list(actor_of(request), services.READ)
        asked = Filter(
            data={k: request.query_params[k] for k in _FILTERS & set(request.query_params)}
        )
        asked.is_valid(raise_exception=True)
        sought = selectors.Sought(**asked.validated_data)

        def fetch(before: UUID | None, limit: int) -> Sequence[Suppression]:
            return selectors.list_suppressions(sought, before=before, limit=limit)

        return page_of(request, fetch=fetch, key=attrgetter("id"), show=show)

    @operation(
        "suppressions.create",
        right=services.WRITE,
        takes=NewSuppression,
        answers={200: SuppressionShown, 201: SuppressionShown},
        problems=[errors.InvalidAddress, errors.InvalidStream],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Send nothing more to an address.

        201 with the new entry; 200 with the one that holds as long already.
        """
        body = NewSuppression(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        if given["until"] is not None and given["until"] <= clock.now():
            raise InvalidInput("The end lies in the past.", field="until")
        is_new = services.add_suppression(actor=actor_of(request), **given)
        entry = selectors.get_suppression(given["address"], stream=given["stream"])
        return Response(show(entry), status=201 if is_new else 200)


class OneSuppression(ApiView):
    """Remove."""

    @operation("suppressions.delete", right=services.WRITE, answers={204: None})
    def delete(self, request: Request, suppression_id: str) -> Response:
        """Send to an address again."""
        services.remove_suppression(
            actor=actor_of(request), suppression_id=ids.from_public("sup", suppression_id)
        )
        return Response(status=204)


_FILTERS = {"address", "stream", "reason"}
urlpatterns = [
    path("suppressions", Suppressions.as_view(), name="api-suppressions"),
    path("suppressions/<str:suppression_id>", OneSuppression.as_view(), name="api-suppression"),
]
