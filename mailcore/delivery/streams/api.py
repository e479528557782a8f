"""`/api/v1/streams`: which run, which stand still, and what became of their mail."""

from datetime import date, datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.actor import authorise
from kernel.errors import NotAllowed
from kernel.rest.openapi import OneOf, operation, shape
from kernel.rest.views import ApiView, actor_of
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.streams import selectors

DAYS = 30
_DAY = {
    "day": "2026-03-01",
    "accepted": 1200,
    "delivered": 1188,
    "bounced": 9,
    "expired": 1,
    "suppressed": 2,
    "complained": 0,
}
_STREAM = {
    "name": "bulk",
    "state": "running",
    "reason": None,
    "since": None,
    "until": None,
    "days": [_DAY],
}


class DayShown(TypedDict):
    """Recipients of a day (UTC)."""

    day: date
    accepted: int
    delivered: int
    bounced: int
    expired: int
    suppressed: int
    complained: int


class StreamShown(TypedDict):
    """A kind of mail that is queued and counted apart; a paused one's mail is kept."""

    name: Annotated[str, OneOf(Stream)]
    state: Annotated[str, OneOf(("running", "paused"))]
    reason: str | None
    since: datetime | None
    until: datetime | None
    days: list[DayShown]


@shape(example={"data": [_STREAM]})
class StreamsShown(TypedDict):
    """All streams."""

    data: list[StreamShown]


class Streams(ApiView):
    """List."""

    @operation("streams.list", right="streams.read", answers={200: StreamsShown})
    def get(self, request: Request) -> Response:
        """List the streams with their last 30 days."""
        actor = actor_of(request)
        authorise(actor, "streams.read")
        if actor.organisation is not None:
            raise NotAllowed("Streams are the whole reseller's.")
        paused = {one.stream: one for one in selectors.list_paused()}
        days = selectors.list_days(days=DAYS)
        rows = [_show(name, paused.get(name), days.get(name, [])) for name in Stream]
        return Response({"data": rows})


def _show(name: str, paused: selectors.Paused | None, days: list[selectors.Day]) -> StreamShown:
    return {
        "name": str(name),
        "state": "paused" if paused else "running",
        "reason": paused.reason if paused else None,
        "since": paused.since if paused else None,
        "until": paused.until if paused else None,
        "days": [_show_day(day) for day in days],
    }


def _show_day(day: selectors.Day) -> DayShown:
    return {
        "day": day.day,
        "accepted": day.accepted,
        "delivered": day.delivered,
        "bounced": day.bounced,
        "expired": day.expired,
        "suppressed": day.suppressed,
        "complained": day.complained,
    }


urlpatterns = [path("streams", Streams.as_view(), name="api-streams")]
