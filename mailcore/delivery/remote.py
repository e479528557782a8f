"""Delivery to other people's servers: by MX, from the source that was chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.ports import Source
from mailcore.delivery.resolver import MailResolver, Target
from mailcore.delivery.smtp.envelope import Answer
from mailcore.delivery.smtp.pool import Prepare, SessionPool
from mailcore.delivery.smtp.session import Endpoint
from mailcore.delivery.smtp.transaction import BeforeDot
from mailcore.protocol.providers import provider_of

#: Addresses that one try goes through before it gives up for now.
MAX_TRIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a domain's mail goes: `site` is the same for all domains with the same hosts."""

    site: str
    provider: str
    targets: Sequence[Target]


class RemoteDelivery:
    """Finds the hosts of a domain and sends over pooled sessions."""

    def __init__(
        self, settings: EgressSettings, *, resolver: MailResolver, sessions: SessionPool
    ) -> None:
        self._settings = settings
        self._resolver = resolver
        self._sessions = sessions

    async def route(self, domain: str) -> Route:
        """The hosts of a domain; raises Unroutable."""
        targets = await self._resolver.targets(domain)
        hosts = sorted({target.host for target in targets})
        return Route(site=" ".join(hosts), provider=provider_of(hosts), targets=targets)

    async def deliver(
        self,
        route: Route,
        *,
        source: Source,
        connections: int,
        messages: int,
        prepare: Prepare,
        before_dot: BeforeDot,
    ) -> dict[str, Answer]:
        """An answer per recipient's address, over at most `connections` from this source to the
        site with `messages` on each; raises ConnectionFailed.
        """
        return await self._sessions.deliver(
            site=route.site,
            endpoints=[
                Endpoint(
                    host=target.host,
                    address=target.address,
                    port=self._settings.smtp_port,
                    source=source.address,
                    helo=source.ehlo,
                )
                for target in islice(route.targets, MAX_TRIES)
            ],
            prepare=prepare,
            before_dot=before_dot,
            connections=connections,
            messages=messages,
        )
