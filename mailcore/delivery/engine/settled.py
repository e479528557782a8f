"""Limits out of the settings alone."""

from collections.abc import Sequence

from mailcore.delivery.egress_settings import EgressSettings
from mailcore.delivery.ports import Errand, Source, Wait
from mailcore.delivery.smtp.envelope import Answer


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
