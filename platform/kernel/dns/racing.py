"""Ask servers one after the other, without waiting long for any of them."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from kernel.dns.answers import Server

_HEAD_START = 0.3  # seconds until the next server is asked as well

_T = TypeVar("_T")


async def first(
    ask: Callable[[Server], Coroutine[Any, Any, _T | None]], servers: Sequence[Server]
) -> _T | None:
    """The first answer that is one; a server that lets us wait holds up the others only briefly."""
    waiting, running = list(servers), set[asyncio.Task[_T | None]]()
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.create_task(ask(waiting.pop(0))))
            done, running = await asyncio.wait(
                running,
                timeout=_HEAD_START if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            answers = [answer for task in done if (answer := task.result()) is not None]
            if answers:
                return answers[0]
    finally:
        for task in running:
            task.cancel()
    return None
