"""Delivery to other people's servers: by MX, signed, from one of our source addresses."""

import zlib
from collections.abc import Sequence
from itertools import islice

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.resolver import MailResolver, Target
from mailcore.delivery.smtp.envelope import Answer
from mailcore.delivery.smtp.pool import Prepare, SessionPool
from mailcore.delivery.smtp.session import Endpoint
from mailcore.delivery.smtp.transaction import BeforeDot

#: Addresses that one try goes through before it gives up for now.
MAX_TRIES = 6


class RemoteDelivery:
    """Finds the hosts of a site and sends over pooled sessions."""

    def __init__(
        self, settings: EgressSettings, *, resolver: MailResolver, sessions: SessionPool
    ) -> None:
        self._settings = settings
        self._resolver = resolver
        self._sessions = sessions

    async def deliver(
        self, domain: str, *, prepare: Prepare, before_dot: BeforeDot
    ) -> dict[str, Answer]:
        """An answer per recipient's address; raises Unroutable and ConnectionFailed."""
        targets = await self._resolver.targets(domain)
        # Domains that share their hosts share the cap and the sessions.
        site = " ".join(sorted({target.host for target in targets}))
        return await self._sessions.deliver(
            site=site,
            endpoints=self._endpoints(targets, site),
            prepare=prepare,
            before_dot=before_dot,
        )

    def _endpoints(self, targets: Sequence[Target], site: str) -> list[Endpoint]:
        address, helo = self._source(site)
        return [
            Endpoint(
                host=target.host,
                address=target.address,
                port=self._settings.smtp_port,
                source=address,
                helo=helo,
            )
            for target in islice(targets, MAX_TRIES)
        ]

    def _source(self, site: str) -> tuple[str, str]:
        """Always the same source for a site: greylisting and reputation know it again."""
        sources = sorted(self._settings.sources.items())
        return sources[zlib.crc32(site.encode()) % len(sources)]
