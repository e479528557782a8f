"""The jobs that are under way: how many, for which sites, under which leases."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from mailcore.delivery.jobs import Claimed, Job


class Flights:
    """Runs jobs as tasks and knows their recipients until they end."""

    def __init__(self, *, per_site: int, landed: Callable[[], None]) -> None:
        self._per_site = per_site
        self._landed = landed
        self._tasks: dict[asyncio.Task[None], Job] = {}
        self._sites: Counter[str] = Counter()

    @property
    def recipients(self) -> list[Claimed]:
        """All that are under way."""
        return [claimed for job in self._tasks.values() for claimed in job.recipients]

    @property
    def count(self) -> int:
        """How many recipients are under way."""
        return sum(len(job.recipients) for job in self._tasks.values())

    @property
    def busy_sites(self) -> list[str]:
        """Sites with more jobs waiting than their connections take soon."""
        return [site for site, jobs in self._sites.items() if jobs >= self._per_site]

    def start(self, job: Job, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` for `job`."""
        task = asyncio.create_task(work)
        self._tasks[task] = job
        self._sites[job.site] += 1
        task.add_done_callback(self._end)

    async def wait(self, *, seconds: float) -> None:
        """Until all have ended, at most so long; what has not is cancelled."""
        if self._tasks:
            _, pending = await asyncio.wait(self._tasks, timeout=seconds)
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending, timeout=1)

    def _end(self, task: asyncio.Task[None]) -> None:
        job = self._tasks.pop(task)
        self._sites[job.site] -= 1
        if not self._sites[job.site]:
            del self._sites[job.site]
        self._landed()
