"""Our plane by the REST API: the same letters as whole messages, in batches, as a program sends them."""

import asyncio
import base64
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from stack.bench.delivery.source import Sent
from stack.bench.delivery.traffic import Letter
from stack.client.api import ApiClient

#: Messages of one request; the API takes up to 1,000.
BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RestDoor:
    """A key to the API; each request is a connection of its own, over TLS."""

    api: ApiClient
    batch: int = BATCH

    async def open(self) -> "RestSession":
        """Nothing is opened before the first request."""
        return RestSession(self)


class RestSession:
    """Sends one batch after the other."""

    def __init__(self, door: RestDoor) -> None:
        self._door = door

    async def work(self, letters: Iterator[Letter], due: Callable[[], float], sent: Sent) -> None:
        """Send letters until there are no more; a batch goes when its last letter is due."""
        while batch := list(islice(letters, self._door.batch)):
            wait = max(due() for _ in batch) - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            answer = await asyncio.to_thread(
                self._door.api.call, "POST", "/messages", request_of(batch)
            )
            if answer.status == 202:
                note(batch, answer.json["data"], sent)
            else:
                sent.refused += [f"{answer.status} {answer.text[:200]}"] * len(batch)

    async def close(self) -> None:
        """There is nothing to close."""


def request_of(batch: Sequence[Letter]) -> dict[str, Any]:
    """The JSON of a request: whole messages and whom each is for."""
    return {
        "messages": [
            {
                "raw": base64.b64encode(letter.content).decode(),
                "recipients": [letter.recipient],
            }
            for letter in batch
        ]
    }


def note(batch: Sequence[Letter], rows: Sequence[dict[str, Any]], sent: Sent) -> None:
    """Note which letters the answer says are queued, and why the others are not."""
    now = time.monotonic()
    for row in rows:
        states = [one["state"] for one in row.get("recipients", ())]
        if states == ["queued"]:
            sent.accepted[batch[row["index"]].number] = now
        else:
            sent.refused.append(str(row.get("error") or states))
