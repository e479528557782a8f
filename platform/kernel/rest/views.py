"""The base of every endpoint: who calls, bounded bodies, idempotent POSTs."""

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.actor import Actor
from kernel.rest import idempotency
from kernel.rest.parsing import BoundedJSONParser


def actor_of(request: Request) -> Actor:
    """Who calls; only for authenticated requests."""
    assert isinstance(request.auth, Actor)
    return request.auth


class ApiView(APIView):
    """Reads only JSON, of at most 1 MB."""

    parser_classes = [BoundedJSONParser]


class CommandView(ApiView):
    """A POST that honours Idempotency-Key; subclasses write `perform`."""

    def post(self, request: Request, **parts: object) -> Response:
        """Do it once, however often it is sent."""
        return idempotency.once(
            request, caller=actor_of(request).id, do=lambda: self.perform(request, **parts)
        )

    def perform(self, request: Request, **parts: object) -> Response:
        """The work itself: parse, one service call, render."""
        raise NotImplementedError


class NoSuchPath(ApiView):
    """Answers for every path that is none, in the API's own form."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Authenticate first: a stranger learns nothing about paths."""
        super().initial(request, *args, **kwargs)
        raise NotFound
