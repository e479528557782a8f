"""From which domains a caller may send, looked up once for a whole request."""

from collections.abc import Collection
from uuid import UUID

from kernel.actor import Actor
from mailcore.delivery import return_paths
from mailcore.delivery.sending.errors import SenderRefused, SendingHeld
from mailcore.directory import selectors as directory
from mailcore.directory.models import Route
from mailcore.directory.states import HoldScope, RouteKind
from mailcore.domains.errors import DomainNotVerified


class Senders:
    """The domains of a request's messages, as far as this actor has them."""

    def __init__(self, domains: Collection[str], *, actor: Actor) -> None:
        self._routes = directory.list_routes(domains)
        self._organisation, self._domain = actor.organisation, actor.domain
        self._bounces: dict[str, str] = {}

    def organisation_of(self, domain: str) -> UUID | None:
        """Whose mail it is; raises SenderRefused, DomainNotVerified, SendingHeld.

        A domain of somebody else's is refused in the same words as one that does not exist.
        """
        route = self._routes.get(domain)
        if route is None or not self._sees(route):
            raise SenderRefused(field="from")
        if not route.is_verified:
            raise DomainNotVerified(field="from")
        if HoldScope.SEND in route.on_hold:
            raise SendingHeld(field="from")
        return route.organisation_id

    def return_path(self, recipient_id: UUID, *, domain: str) -> str:
        """Where the bounces of one recipient go."""
        if domain not in self._bounces:
            self._bounces[domain] = return_paths.domain_for(domain)
        return return_paths.make(recipient_id, domain=self._bounces[domain])

    def _sees(self, route: Route) -> bool:
        is_own = self._organisation is None or route.organisation_id == self._organisation
        is_own = is_own and (self._domain is None or route.public_id == self._domain)
        return is_own and route.kind == RouteKind.HOSTED
