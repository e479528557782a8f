"""Send messages, and follow them."""

from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.errors import InvalidInput
from kernel.rest.openapi import operation
from kernel.rest.parsing import BoundedJSONParser
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.delivery.sending import errors, selectors, services
from mailcore.delivery.sending.api.shapes import (
    MessageShown,
    TakenMessages,
    show_message,
    show_outcome,
)
from mailcore.delivery.sending.api.taken import NewBatch, NewMessage
from mailcore.delivery.sending.errors import NoneAccepted
from mailcore.delivery.sending.services import MOST_MESSAGES
from mailcore.delivery.streams import errors as bulk_errors


class MessagesParser(BoundedJSONParser):
    """JSON of at most 20 MB."""

    largest = 20_000_000


class Messages(CommandView):
    """Send."""

    keeps_domain = True
    parser_classes = [MessagesParser]

    @operation(
        "messages.send",
        right=services.SEND,
        takes=NewMessage | NewBatch,
        answers={202: TakenMessages},
        problems=[
            errors.MessageInvalid,
            errors.HeaderNotAllowed,
            errors.SenderRefused,
            errors.TooManyRecipients,
            errors.TooLarge,
            errors.NoneAccepted,
            bulk_errors.OneRecipient,
            bulk_errors.HeaderRefused,
            bulk_errors.UnsubscribeIncomplete,
            bulk_errors.DomainNotReady,
        ],
    )
    def perform(self, request: Request, **_: object) -> Response:
        """Send a message, or up to 1,000.

        The answer says what became of each, once all that was accepted is on disk.
        """
        given, is_batch = _given(request.data)
        outcomes = services.send_messages(actor=actor_of(request), given=given)
        rows = [show_outcome(one, index=index) for index, one in enumerate(outcomes)]
        faults = [one.error for one in outcomes if one.error is not None]
        if faults and not is_batch:
            raise faults[0]
        if len(faults) == len(outcomes):
            raise NoneAccepted(errors=[row["error"] for row in rows])
        return Response({"data": rows}, status=202)


class OneMessage(ApiView):
    """Follow one."""

    keeps_domain = True

    @operation("messages.get", right=selectors.READ, answers={200: MessageShown})
    def get(self, request: Request, message_id: str) -> Response:
        """Read what became of a message: its recipients' states and tries."""
        found = selectors.get_message(
            actor=actor_of(request), message_id=ids.from_public("msg", message_id)
        )
        return Response(show_message(found))


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


urlpatterns = [
    path("messages", Messages.as_view(), name="api-messages"),
    path("messages/<str:message_id>", OneMessage.as_view(), name="api-message"),
]
