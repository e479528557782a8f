"""`/api/v1/streams`: which run, which stand still, and what became of their mail; pause and resume."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, TypedDict

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.actor import Actor, authorise
from kernel.errors import Conflict, NotAllowed, NotFound
from kernel.rest.openapi import OneOf, operation, shape
from kernel.rest.serializers import Body
from kernel.rest.views import ApiView, CommandView, actor_of
from kernel.tenancy import current_reseller_id
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.streams import errors, pauses, selectors
from mailcore.delivery.streams.pauses import MOST_REASON, Side

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
    "pauses": [],
    "days": [_DAY],
}


class StreamPause(Body):
    """Why the stream is to stand still, and until when; without an end until it is resumed."""

    reason = serializers.CharField(max_length=MOST_REASON)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    example = {"reason": "The spring mailing has a wrong price in it."}


class DayShown(TypedDict):
    """Recipients of a day (UTC)."""

    day: date
    accepted: int
    delivered: int
    bounced: int
    expired: int
    suppressed: int
    complained: int


class PauseShown(TypedDict):
    """A pause that stands: by the reseller, the operator, or what receivers say (signals)."""

    by: Annotated[str, OneOf(Side)]
    reason: str
    since: datetime
    until: datetime | None


@shape(example=_STREAM)
class StreamShown(TypedDict):
    """A kind of mail that is queued and counted apart; a paused one's mail is kept until it expires.

    `reason`, `since` and `until` are the strongest pause's, the first of `pauses`.
    """

    name: Annotated[str, OneOf(Stream)]
    state: Annotated[str, OneOf(("running", "paused"))]
    reason: str | None
    since: datetime | None
    until: datetime | None
    pauses: list[PauseShown]
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
        _require_whole(actor)
        return Response({"data": _shown(list(Stream))})


class Pause(CommandView):
    """Hold a stream's mail."""

    @operation(
        "streams.pause",
        right=pauses.OWN_WRITE,
        takes=StreamPause,
        answers={200: StreamShown},
        problems=[errors.StreamNotPausable, Conflict],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """Let a stream stand still.

        What is sent is accepted and kept until it is resumed, but no longer than delivery of other
        mail is tried: three days, five for mail of mailboxes; then it expires. What is on its way
        already arrives.
        """
        body = StreamPause(data=request.data)
        body.is_valid(raise_exception=True)
        stream = _stream(parts)
        pauses.pause_stream(
            actor=actor_of(request),
            reseller_id=current_reseller_id(),
            stream=stream,
            **body.validated_data,
        )
        return Response(_shown([stream])[0])


class Resume(CommandView):
    """Let it go on."""

    @operation(
        "streams.resume",
        right=pauses.OWN_WRITE,
        answers={200: StreamShown},
        problems=[errors.PausedByPlatform, Conflict],
    )
    def perform(self, request: Request, **parts: object) -> Response:
        """End a pause of your own.

        What was kept leaves within seconds, unless the platform paused the stream too.
        """
        stream = _stream(parts)
        pauses.resume_stream(
            actor=actor_of(request), reseller_id=current_reseller_id(), stream=stream
        )
        return Response(_shown([stream])[0])


def _require_whole(actor: Actor) -> None:
    authorise(actor, "streams.read")
    if actor.organisation is not None:
        raise NotAllowed("Streams are the whole reseller's.")


def _stream(parts: dict[str, object]) -> Stream:
    name = str(parts["name"])
    if name not in set(Stream):
        raise NotFound
    return Stream(name)


def _shown(streams: Sequence[Stream]) -> list[StreamShown]:
    paused = selectors.list_paused()
    days = selectors.list_days(days=DAYS)
    return [
        _show(name, [one for one in paused if one.stream == name], days.get(name, []))
        for name in streams
    ]


def _show(
    name: str, paused: Sequence[selectors.Paused], days: Sequence[selectors.Day]
) -> StreamShown:
    strongest = paused[0] if paused else None
    return {
        "name": str(name),
        "state": "paused" if strongest else "running",
        "reason": strongest.reason if strongest else None,
        "since": strongest.since if strongest else None,
        "until": strongest.until if strongest else None,
        "pauses": [_show_pause(one) for one in paused],
        "days": [_show_day(day) for day in days],
    }


def _show_pause(one: selectors.Paused) -> PauseShown:
    return {"by": one.side, "reason": one.reason, "since": one.since, "until": one.until}


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


urlpatterns = [
    path("streams", Streams.as_view(), name="api-streams"),
    path("streams/<str:name>/pause", Pause.as_view(), name="api-stream-pause"),
    path("streams/<str:name>/resume", Resume.as_view(), name="api-stream-resume"),
]
