"""`/api/v1/suppressions`."""

from collections.abc import Sequence
from operator import attrgetter
from uuid import UUID

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import clock, ids
from kernel.errors import InvalidInput
from kernel.rest.paging import page_of
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.delivery.suppression import selectors, services
from mailcore.delivery.suppression.entries import Reason, Suppression
from mailcore.delivery.suppression.writing import LONGEST_NOTE


class NewSuppression(Body):
    """An address; for how much of the mail, until when, and a note for whoever asks."""

    address = serializers.CharField(max_length=400)
    stream = serializers.ChoiceField(sorted(services.STREAMS), allow_blank=True, default="")
    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, default="")
    until = serializers.DateTimeField(allow_null=True, default=None)


class Filter(serializers.Serializer[object]):
    """What a list is narrowed to."""

    address = serializers.CharField(max_length=400, default="")
    stream = serializers.ChoiceField(sorted(services.STREAMS), default="")
    reason = serializers.ChoiceField([one.value for one in Reason], default="")


def show(entry: Suppression) -> dict[str, object]:
    """A suppression as JSON."""
    return {
        "id": ids.to_public("sup", entry.id),
        "address": entry.address,
        "stream": entry.stream or None,
        "reason": entry.reason,
        "note": entry.note,
        "created_at": entry.created_at,
        "until": entry.until,
    }


class Suppressions(CommandView):
    """List and add."""

    def get(self, request: Request) -> Response:
        """The reseller's own entries that hold now, newest first."""
        services.authorise_list(actor_of(request), services.READ)
        asked = Filter(
            data={k: request.query_params[k] for k in _FILTERS & set(request.query_params)}
        )
        asked.is_valid(raise_exception=True)
        sought = selectors.Sought(**asked.validated_data)

        def fetch(before: UUID | None, limit: int) -> Sequence[Suppression]:
            return selectors.list_suppressions(sought, before=before, limit=limit)

        return page_of(request, fetch=fetch, key=attrgetter("id"), show=show)

    def perform(self, request: Request, **_: object) -> Response:
        """201 with the new entry; 200 with the one that holds as long already."""
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

    def delete(self, request: Request, suppression_id: str) -> Response:
        """204; 404 for what is not the reseller's own."""
        services.remove_suppression(
            actor=actor_of(request), suppression_id=ids.from_public("sup", suppression_id)
        )
        return Response(status=204)


_FILTERS = {"address", "stream", "reason"}
urlpatterns = [
    path("suppressions", Suppressions.as_view(), name="api-suppressions"),
    path("suppressions/<str:suppression_id>", OneSuppression.as_view(), name="api-suppression"),
]
