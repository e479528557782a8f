"""Sources and limits out of the settings alone: a node without a database of them."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.ports import Errand, Source, Wait
from mailcore.delivery.smtp.envelope import Answer


class SettledSources:
    """Always the same source for a site: greylisting and reputation know it again."""

    def __init__(self, settings: EgressSettings) -> None:
        self._sources = [
            Source(address=address, ehlo=ehlo) for address, ehlo in sorted(settings.sources.items())
        ]

    def choose(self, errand: Errand, *, now: datetime) -> Source | Wait:  # noqa: ARG002
        """By a hash of the site."""
        return self._sources[zlib.crc32(errand.site.encode()) % len(self._sources)]

    def tried(self, errand: Errand, *, source: Source, answers: Sequence[Answer]) -> None:
        """Nothing is counted."""


class SettledLimits:
    """The number of connections to a site, and nothing else."""

    def __init__(self, settings: EgressSettings) -> None:
        self._settings = settings

    async def admit(self, errand: Errand, *, source: Source) -> Wait | None:  # noqa: ARG002
        """Always."""
        return None

    def connections(self, errand: Errand, *, source: Source) -> int:  # noqa: ARG002
        """As set."""
        return self._settings.connections_per_site

    def messages_per_connection(self, errand: Errand) -> int:  # noqa: ARG002
        """As set."""
        return self._settings.messages_per_connection

    def heard(self, errand: Errand, *, source: Source, answers: Sequence[Answer]) -> None:
        """Nothing is learned."""
