"""Send messages, and follow them."""

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import ids
from kernel.errors import InvalidInput, NotFound
from kernel.rest import cursors
from kernel.rest.listing import COMMON
from kernel.rest.openapi import Id, OneOf, Page, Query, operation
from kernel.rest.paging import limit_of
from kernel.rest.parsing import BoundedJSONParser
from kernel.rest.serializers import Body, Reference
from kernel.rest.views import ApiView, CommandView, actor_of
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.sending import errors, listing, selectors, services
from mailcore.delivery.sending.api.shapes import (
    MessageListed,
    MessageShown,
    TakenMessages,
    show_listed,
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


class Filter(Body):
    """What a list is narrowed to."""

    state = serializers.ChoiceField(listing.STATES, required=False)
    recipient = serializers.CharField(max_length=400, required=False)
    sender = serializers.CharField(max_length=400, required=False)
    stream = serializers.ChoiceField([str(one) for one in Stream], required=False)
    domain = Reference("dom", required=False)
    message_id = serializers.CharField(max_length=1000, required=False)
    reference = serializers.CharField(max_length=100, required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


_QUERY = [
    Query(name="state", about="With a recipient in this state.", is_=OneOf(listing.STATES)),
    Query(name="recipient", about="To this address."),
    Query(name="sender", about="Submitted by this mailbox: its address."),
    Query(name="stream", about="Of this stream.", is_=OneOf(Stream)),
    Query(name="domain", about="From addresses of this domain.", is_=Id("dom")),
    Query(name="message_id", about="With this Message-ID, in angle brackets or without."),
    Query(name="reference", about="With this reference, as it was given to `messages.send`."),
    Query(name="since", about="Accepted at or after this time; else of the seven days before."),
    Query(name="until", about="Accepted before this time."),
]


class Messages(CommandView):
    """List and send."""

    keeps_domain = True
    parser_classes = [MessagesParser]

    @operation(
        "messages.list",
        right=selectors.READ,
        answers={200: Page[MessageListed]},
        query=_QUERY,
        problems=[NotFound],
    )
    def get(self, request: Request) -> Response:
        """List messages, newest first.

        For each page 2,000 messages are looked at: a page can be short, even empty, and be
        followed by another. With `domain`, `message_id` or `recipient`, only the messages that
        these find count.
        """
        params = request.query_params
        asked = Filter(data={name: params[name] for name in params if name not in COMMON})
        asked.is_valid(raise_exception=True)
        if "sort" in params:
            raise InvalidInput("This list has one order.", field="sort")
        found = listing.list_messages(
            actor=actor_of(request),
            sought=listing.Sought(**asked.validated_data),
            below=cursors.read_plain(params.get("cursor")),
            limit=limit_of(params.get("limit")),
        )
        following = None if found.below is None else cursors.plain(found.below)
        rows = [show_listed(one) for one in found.messages]
        return Response({"data": rows, "next_cursor": following})

    @operation(
        "messages.send",
        right=services.SEND,
        takes=NewMessage | NewBatch,
        answers={202: TakenMessages},
        problems=[
            errors.MessageInvalid,
            errors.HeaderNotAllowed,
            errors.SenderRefused,
            errors.SendingHeld,
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
