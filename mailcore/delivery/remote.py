"""Delivery to other people's servers: by MX, from the source that was chosen."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.ports import Source, ip_of
from mailcore.delivery.resolver import Target
from mailcore.delivery.smtp.envelope import Answer, ConnectionFailed
from mailcore.delivery.smtp.pool import MayConnect, Prepare, SessionPool
from mailcore.delivery.smtp.session import Endpoint
from mailcore.delivery.smtp.transaction import BeforeDot
from mailcore.delivery.transport.opening import Ways
from mailcore.protocol.providers import provider_of
from mailcore.protocol.requiretls import Wish

#: Addresses that one try goes through before it gives up for now.
MAX_TRIES = 6
#: Seconds that a route holds without another look: a burst to one domain is looked up once.
FRESH = 5.0
MAX_ROUTES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a domain's mail goes: `site` is the same for all domains with the same hosts."""

    domain: str
    site: str
    provider: str
    targets: Sequence[Target]


class RemoteDelivery:
    """Finds the hosts of a domain and sends over pooled sessions."""

    def __init__(self, settings: EgressSettings, *, ways: Ways, sessions: SessionPool) -> None:
        self._settings = settings
        self._ways = ways
        self._sessions = sessions
        self._routes: dict[tuple[str, Wish], tuple[float, Route]] = {}

    async def route(self, domain: str, *, wish: Wish = None) -> Route:
        """The hosts of a domain that may be used under its TLS policies; raises Unroutable.

        `wish` is what the sender wants of TLS (RFC 8689).
        """
        known = (domain, wish)
        until, route = self._routes.get(known, (0.0, None))
        if route is None or until <= time.monotonic():
            route = await self._find(domain, wish)
            if len(self._routes) >= MAX_ROUTES:
                del self._routes[next(iter(self._routes))]
            self._routes[known] = (time.monotonic() + FRESH, route)
        return route

    async def _find(self, domain: str, wish: Wish) -> Route:
        targets = await self._ways.resolver.targets(domain)
        # Of all the hosts: a policy that leaves one out makes no other site of it.
        hosts = sorted({target.host for target in targets})
        if self._ways.policies is not None:
            targets = await self._ways.policies.secured(domain, targets, wish=wish)
        return Route(
            domain=domain, site=" ".join(hosts), provider=provider_of(hosts), targets=targets
        )

    async def deliver(
        self,
        route: Route,
        *,
        source: Source,
        connections: int,
        messages: int,
        needs_tls: bool,
        prepare: Prepare,
        before_dot: BeforeDot,
        may_connect: MayConnect,
    ) -> dict[str, Answer]:
        """An answer per recipient's address, over at most `connections` from this source to the
        site with `messages` on each; raises ConnectionFailed. `needs_tls`: rules of ours say so.
        """
        endpoints = list(islice(self._endpoints(route, source, needs_tls), MAX_TRIES))
        if not endpoints:
            text = f"no host of {route.domain} has an address that {source.address} reaches"
            raise ConnectionFailed(text, phase="dns", enhanced="4.4.4")
        return await self._sessions.deliver(
            site=route.site,
            endpoints=endpoints,
            prepare=prepare,
            before_dot=before_dot,
            connections=connections,
            messages=messages,
            may_connect=may_connect,
            opened=partial(self._ways.account.opened, route.domain),
        )

    def _endpoints(self, route: Route, source: Source, needs_tls: bool) -> Iterator[Endpoint]:
        """The addresses that the source can reach at all: those of its own kind."""
        for target in route.targets:
            if ip_of(target.address) == ip_of(source.address):
                yield Endpoint(
                    host=target.host,
                    address=target.address,
                    port=self._settings.smtp_port,
                    source=source.address,
                    helo=source.ehlo,
                    policy=target.policy.ruled(route.provider) if needs_tls else target.policy,
                )
