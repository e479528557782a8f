"""The deciders, with their waits counted."""

from collections.abc import Sequence
from datetime import datetime

from mailcore.delivery.ports import Elsewhere, Errand, Shaper, Source, Sources, Wait
from mailcore.delivery.reporting.metrics import Metrics
from mailcore.delivery.smtp.envelope import Answer


class WatchedSources:
    """Sources that say when they have none."""

    def __init__(self, sources: Sources, *, metrics: Metrics) -> None:
        self._sources = sources
        self._metrics = metrics

    def choose(self, errand: Errand, *, now: datetime) -> Source | Elsewhere | Wait:
        """As they choose."""
        chosen = self._sources.choose(errand, now=now)
        if isinstance(chosen, Wait):
            self._metrics.wait(errand, asked="source")
        return chosen

    def tried(self, errand: Errand, *, source: Source, answers: Sequence[Answer]) -> None:
        """Passed on."""
        self._sources.tried(errand, source=source, answers=answers)


class WatchedShaper:
    """A shaper that says when it lets somebody wait."""

    def __init__(self, shaper: Shaper, *, metrics: Metrics) -> None:
        self._shaper = shaper
        self._metrics = metrics

    async def admit(self, errand: Errand, *, source: Source) -> Wait | None:
        """As it admits."""
        wait = await self._shaper.admit(errand, source=source)
        if wait is not None:
            self._metrics.wait(errand, asked="limit")
        return wait

    async def may_connect(self, errand: Errand, *, source: Source) -> Wait | None:
        """As it allows."""
        wait = await self._shaper.may_connect(errand, source=source)
        if wait is not None:
            self._metrics.wait(errand, asked="connection")
        return wait

    def connections(self, errand: Errand, *, source: Source) -> int:
        """Passed on."""
        return self._shaper.connections(errand, source=source)

    def messages_per_connection(self, errand: Errand) -> int:
        """Passed on."""
        return self._shaper.messages_per_connection(errand)

    def needs_tls(self, errand: Errand) -> bool:
        """Passed on."""
        return self._shaper.needs_tls(errand)

    def heard(self, errand: Errand, *, source: Source, answers: Sequence[Answer]) -> None:
        """Passed on."""
        self._shaper.heard(errand, source=source, answers=answers)
