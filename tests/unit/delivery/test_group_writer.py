"""Group commit: everybody is answered, and only by what happened to their own message."""

import asyncio
from collections.abc import Sequence

import psycopg
import pytest

from mailcore.delivery.accept.draft import Draft
from mailcore.delivery.accept.errors import NotAccepted
from mailcore.delivery.accept.submission import Stream, Submission
from mailcore.delivery.accept.writer import GroupWriter


def _draft(name: str) -> Draft:
    submission = Submission(
        stream=Stream.MAILBOX,
        envelope_from="",
        from_domain="x.test",
        recipients=(),
        message=name.encode(),
    )
    return Draft(login="anna", submission=submission)


class Memory:
    """A store that refuses what is called poison or nobody, and may be away."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.error: Exception | None = None

    async def put(self, drafts: Sequence[Draft]) -> dict[int, NotAccepted]:
        names = [draft.submission.message.decode() for draft in drafts]
        self.batches.append(names)
        await asyncio.sleep(0.01)
        if self.error is not None:
            raise self.error
        if "poison" in names:
            raise psycopg.DataError("no")
        return {n: NotAccepted("4.7.1", "who") for n, name in enumerate(names) if name == "nobody"}

    async def close(self) -> None:
        """Nothing is open."""


def _write(store: Memory, *names: str) -> list[str]:
    """What each writer hears: `ok` or the reply's text."""

    async def main() -> list[str]:
        writer = GroupWriter(store=lambda: store, committed=lambda: None)
        running = asyncio.create_task(writer.run())

        async def one(name: str) -> str:
            try:
                await writer.write(_draft(name))
            except NotAccepted as refused:
                return f"{refused.answer.code} {refused}"
            return "ok"

        heard = await asyncio.wait_for(asyncio.gather(*map(one, names)), 5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return heard

    return asyncio.run(main())


def test_what_waits_is_committed_together_by_two_connections() -> None:
    store = Memory()
    assert _write(store, *["a"] * 300) == ["ok"] * 300
    assert len(store.batches) <= 8
    assert max(map(len, store.batches)) == 64


def test_a_poison_message_is_put_off_alone() -> None:
    store = Memory()
    heard = _write(store, "a", "poison", "b", "c")
    assert heard == ["ok", "451 Message cannot be stored", "ok", "ok"]


def test_a_refused_login_is_put_off_alone() -> None:
    assert _write(Memory(), "a", "nobody", "b") == ["ok", "451 who", "ok"]


@pytest.mark.parametrize("error", [psycopg.OperationalError("away"), TimeoutError()])
def test_everybody_hears_451_while_the_database_is_away(error: Exception) -> None:
    store = Memory()
    store.error = error
    assert _write(store, "a", "b") == ["451 Storage is not available, try again later"] * 2
    assert sum(map(len, store.batches)) == 2, "no retry one by one against a database that is away"


def test_a_fault_of_our_own_is_no_yes_either() -> None:
    store = Memory()
    store.error = ZeroDivisionError()
    assert _write(store, "a", "b") == ["451 Internal fault"] * 2
