"""Run a daemon in the foreground until SIGTERM or SIGINT."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import uvloop

from mailcore.delivery import collector


def run(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Call `serve` with an event that is set when the process shall end."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await serve(stop)

    collector.settle()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
