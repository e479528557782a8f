"""`/api/v1/messages`."""

from dataclasses import asdict

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.errors import InvalidInput
from kernel.rest.parsing import BoundedJSONParser
from kernel.rest.problems import entry
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.delivery.sending import selectors, services
from mailcore.delivery.sending.errors import NoneAccepted
from mailcore.delivery.sending.services import MOST_MESSAGES, Outcome


class MessagesParser(BoundedJSONParser):
    """JSON of at most 20 MB."""

    largest = 20_000_000


class Messages(CommandView):
    """Send."""

    keeps_domain = True
    parser_classes = [MessagesParser]

    def perform(self, request: Request, **_: object) -> Response:
        """202 with what became of each message, once what was accepted is on disk."""
        given, is_batch = _given(request.data)
        outcomes = services.send_messages(actor=actor_of(request), given=given)
        rows = [_show(one, index=index) for index, one in enumerate(outcomes)]
        faults = [one.error for one in outcomes if one.error is not None]
        if faults and not is_batch:
            raise faults[0]
        if len(faults) == len(outcomes):
            raise NoneAccepted(errors=[row["error"] for row in rows])
        return Response({"data": rows}, status=202)


class OneMessage(ApiView):
    """Follow one."""

    keeps_domain = True

    def get(self, request: Request, message_id: str) -> Response:
        """200 with its recipients' states and tries, or 404 for what the key does not see."""
        found = selectors.get_message(
            actor=actor_of(request), message_id=ids.from_public("msg", message_id)
        )
        return Response({**asdict(found), "id": ids.to_public("msg", found.id)})


def _given(data: object) -> tuple[list[object], bool]:
    """The messages of a request, and whether they came as a batch."""
    if not isinstance(data, dict) or "messages" not in data:
        return [data], False
    messages = data["messages"]
    if len(data) > 1:
        raise InvalidInput("Beside `messages` there is no other field.", field="messages")
    if not isinstance(messages, list) or not 1 <= len(messages) <= MOST_MESSAGES:
        message = f"A batch is a list of 1 to {MOST_MESSAGES} messages."
        raise InvalidInput(message, field="messages")
    return messages, True


def _show(outcome: Outcome, *, index: int) -> dict[str, object]:
    if outcome.error is not None:
        return {"index": index, "error": entry(outcome.error, at=f"messages/{index}")}
    recipients = [
        {
            "id": ids.to_public("msg", copy.id),
            "message_id": copy.message_id,
            "address": copy.address,
            "state": copy.state,
            "reason": copy.reason,
        }
        for copy in outcome.copies
    ]
    return {"index": index, "reference": outcome.reference, "recipients": recipients}


urlpatterns = [
    path("messages", Messages.as_view(), name="api-messages"),
    path("messages/<str:message_id>", OneMessage.as_view(), name="api-message"),
]
