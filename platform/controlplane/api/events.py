"""`/api/v1/events`: what happened, in the form in which webhooks tell it."""

from datetime import datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from controlplane import event_log
from controlplane.event_log import Entry, Sought
from kernel import ids
from kernel.actor import Actor, authorise
from kernel.errors import InvalidInput
from kernel.rest import cursors
from kernel.rest.openapi import Id, Matches, OneOf, Page, Query, operation, shape
from kernel.rest.paging import limit_of, page_of
from kernel.rest.views import ApiView, actor_of
from tenants.webhooks.catalogue import CATALOGUE, TEST

_TYPES = [name for name in CATALOGUE if name != TEST]


@shape(
    example={
        "id": "evt_01k8z3n5p7r9s1t3v5w7x9y1z3",
        "type": "mailbox.created",
        "timestamp": "2026-03-01T09:45:00Z",
        "data": {
            "mailbox": "mbx_01k8z1f5h7k9n1q3s5v7x9z1b3",
            "organisation": "org_01k8z0v7q2m4n6p8r0s2t4v6w8",
            "address": "anna@client.test",
        },
    }
)
class EventShown(TypedDict):
    """Something that happened; a webhook tells it with the same id, type and data."""

    id: Annotated[str, Id("evt")]
    type: Annotated[str, OneOf(_TYPES)]
    timestamp: datetime
    data: dict[str, Any]


def show(entry: Entry) -> EventShown:
    """An event as JSON."""
    return {
        "id": ids.to_public("evt", entry.fact.event_id),
        "type": entry.fact.event_type,
        "timestamp": entry.fact.occurred_at,
        "data": entry.fact.data,
    }


_QUERY = [
    Query(name="type", about="Of this type only.", is_=OneOf(_TYPES)),
    Query(name="subject", about="About this object only: its id, of mail the message's."),
    Query(
        name="after",
        about="What came after this cursor, oldest first; without a value, from now on.",
        is_=Matches("^(cur_.*)?$"),
    ),
]


class Events(ApiView):
    """List and follow."""

    @operation("events.list", right="events.read", answers={200: Page[EventShown]}, query=_QUERY)
    def get(self, request: Request) -> Response:
        """List the events of the last 30 days, newest first, or follow them.

        With `after` they come oldest first, and `next_cursor` is always there: ask on with
        `after=` it, after a moment when there was nothing new.
        """
        actor = actor_of(request)
        authorise(actor, "events.read")
        sought = _sought(request, actor)
        if "after" in request.query_params:
            return _follow(request, sought)
        return page_of(
            request,
            fetch=lambda before, limit: event_log.list_newest(sought, before=before, limit=limit),
            key=lambda entry: entry.place,
            show=show,
        )


def _follow(request: Request, sought: Sought) -> Response:
    if "cursor" in request.query_params:
        raise InvalidInput("Give either after or cursor.", field="after")
    given = request.query_params["after"]
    after: UUID = cursors.read_plain(given, field="after") or event_log.settled()
    limit = limit_of(request.query_params.get("limit"))
    found = event_log.list_after(sought, after=after, limit=limit) if given else []
    reached = found[-1].place if found else after
    return Response({"data": [show(one) for one in found], "next_cursor": cursors.plain(reached)})


def _sought(request: Request, actor: Actor) -> Sought:
    event_type = request.query_params.get("type", "")
    if event_type and event_type not in _TYPES:
        raise InvalidInput("This is no type of event.", field="type")
    subject = request.query_params.get("subject", "")
    if len(subject) > 80 or "\0" in subject:
        raise InvalidInput("This is no id.", field="subject")
    return Sought(event_type=event_type, subject=subject, organisation_id=actor.organisation)


urlpatterns = [path("events", Events.as_view(), name="api-events")]
