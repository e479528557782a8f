"""Questions to the resolver: asked once for everybody who wants to know at the same time."""

import asyncio

import dns.exception
import pytest

from mailcore.delivery.lookups import LookupFailed, Lookups


class Slow:
    """In the place of dnspython's resolver: counts, waits, and fails."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()

    async def resolve(self, name: str, kind: str) -> None:
        self.asked += 1
        await self.go.wait()
        raise dns.exception.Timeout


async def _crowd(lookups: Lookups, slow: Slow) -> list[object]:
    asking = [asyncio.create_task(lookups.ask("client.test", "MX")) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking[0].cancel()  # it began the question, and the others still want the answer
    await asyncio.sleep(0)
    slow.go.set()
    return list(await asyncio.gather(*asking, return_exceptions=True))


def test_a_crowd_asks_once_and_each_hears_the_answer() -> None:
    async def run() -> tuple[Slow, list[object]]:
        lookups, slow = Lookups(("127.0.0.1", 53)), Slow()
        lookups._resolver = slow  # type: ignore[assignment]
        return slow, await _crowd(lookups, slow)

    slow, answers = asyncio.run(run())
    assert slow.asked == 1
    assert isinstance(answers[0], asyncio.CancelledError)
    assert all(isinstance(answer, LookupFailed) for answer in answers[1:])


def test_a_failure_is_not_kept() -> None:
    async def run() -> int:
        lookups, slow = Lookups(("127.0.0.1", 53)), Slow()
        lookups._resolver = slow  # type: ignore[assignment]
        slow.go.set()
        for _ in range(2):
            with pytest.raises(LookupFailed):
                await lookups.ask("client.test", "MX")
        return slow.asked

    assert asyncio.run(run()) == 2
