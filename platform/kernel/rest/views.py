"""The base of every endpoint: who calls, bounded bodies, idempotent POSTs, conditional requests."""

from collections.abc import Callable, Sequence
from functools import partial

from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel import ids
from kernel.actor import Actor
from kernel.client_address import client_address
from kernel.errors import NotAllowed
from kernel.errors import NotFound as NoSuchObject
from kernel.rest import conditional, idempotency, locations, rates
from kernel.rest.parsing import BoundedJSONParser
from kernel.rest.rates import Standing


def actor_of(request: Request) -> Actor:
    """Who calls; only for authenticated requests."""
    assert isinstance(request.auth, Actor)
    return request.auth


class ApiView(APIView):
    """Reads only JSON, of at most 1 MB; answers with an ETag and heeds it.

    A key of one domain is kept to paths of this domain. A view without a domain in its path is
    closed to it unless `keeps_domain` says that what it calls looks at `Actor.domain`.
    """

    parser_classes = [BoundedJSONParser]
    keeps_domain = False
    _standings: Sequence[Standing] = ()

    def initial(self, request: Request, *args: object, **parts: object) -> None:
        """Authenticate and count, then put what all methods of a kind share around this one."""
        super().initial(request, *args, **parts)
        self._standings = rates.count(actor_of(request))
        rates.require(self._standings)
        self._keep_to_domain(request, parts)
        name = str(request.method).lower()
        do = getattr(self, name, None)
        if do is None:
            return
        if name in {"get", "head"}:
            setattr(self, name, lambda *a, **p: conditional.read(request, do=partial(do, *a, **p)))
        elif name in {"patch", "put", "delete"}:
            read = getattr(self, "get", None)

            def changed(*a: object, **p: object) -> Response:
                now = partial(read, *a, **p) if read else None
                return conditional.change(request, now=now, do=partial(do, *a, **p))

            setattr(self, name, changed)

    def handle_exception(self, exc: Exception) -> Response:
        """A problem; who comes without a good key too often is told to wait, and only they."""
        if isinstance(exc, NotAuthenticated | AuthenticationFailed):
            self._standings = rates.count_failure(client_address(self.request))
            if any(one.used > one.quota for one in self._standings):
                return super().handle_exception(rates.TooManyRequests())
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Response, *args: object, **parts: object
    ) -> Response:
        """The answer, with how the caller stands with the limits, and where to look at what was made."""
        rates.tell(response, self._standings)
        locations.name(response, view=type(self), parts=parts)
        return super().finalize_response(request, response, *args, **parts)

    def _keep_to_domain(self, request: Request, parts: dict[str, object]) -> None:
        domain = request.auth.domain if isinstance(request.auth, Actor) else None
        if domain is None or self.keeps_domain:
            return
        named = parts.get("domain_id")
        if named is None:
            raise NotAllowed("A key of one domain cannot do this.")
        if ids.from_public("dom", str(named)) != domain:
            raise NoSuchObject


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


class AskingCommandView(ApiView):
    """The same for what asks others' servers before it does anything: no transaction is open then."""

    def post(self, request: Request, **parts: object) -> Response:
        """Ask, then do it once, however often it is sent."""
        return idempotency.once_asked(
            request, caller=actor_of(request).id, ask=lambda: self.perform(request, **parts)
        )

    def perform(self, request: Request, **parts: object) -> Callable[[], Response]:
        """Parse and ask; what is returned does the work and renders, or is never called."""
        raise NotImplementedError


class NoSuchPath(ApiView):
    """Answers for every path that is none, in the API's own form."""

    keeps_domain = True

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Authenticate first: a stranger learns nothing about paths."""
        super().initial(request, *args, **kwargs)
        raise NotFound
