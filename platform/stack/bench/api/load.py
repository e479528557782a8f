"""Requests at a steady rate, and as many as go through."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import httpx

#: Connections of the steady run: enough that a slow answer keeps no later request from its time.
_LANES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call below /api/v1; `body` is JSON."""

    method: str
    path: str
    body: dict[str, object] | None = None


@dataclass(slots=True, kw_only=True)
class Heard:
    """Seconds of each good answer, counted from when its request was due, and what else came."""

    seconds: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Good answers in a second."""
        return len(self.seconds) / self.took if self.took else 0.0


def steady(client: httpx.Client, requests: Iterator[Request], *, rate: float, count: int) -> Heard:
    """Send COUNT requests, each when it is due: waiting in our own queue counts as waiting."""
    began = time.monotonic() + 0.2
    return _run(
        client,
        requests,
        lanes=_LANES,
        count=count,
        due=lambda number: began + number / rate,
        began=began,
    )


def full(client: httpx.Client, requests: Iterator[Request], *, lanes: int, count: int) -> Heard:
    """Send COUNT requests on so many connections, each as soon as the one before is answered."""
    began = time.monotonic()
    return _run(
        client, requests, lanes=lanes, count=count, due=lambda _: time.monotonic(), began=began
    )


def _run(
    client: httpx.Client,
    requests: Iterator[Request],
    *,
    lanes: int,
    count: int,
    due: Callable[[int], float],
    began: float,
) -> Heard:
    heard, lock = Heard(), Lock()
    numbers = iter(range(count))

    def lane(_: int) -> None:
        while True:
            with lock:
                number = next(numbers, None)
                if number is None:
                    return
                request = next(requests)
            at = due(number)
            time.sleep(max(0.0, at - time.monotonic()))
            wrong = _ask(client, request)
            with lock:
                if wrong:
                    heard.refused.append(wrong)
                else:
                    heard.seconds.append(time.monotonic() - at)

    with ThreadPoolExecutor(lanes) as executor:
        list(executor.map(lane, range(lanes)))
    heard.took = time.monotonic() - began
    return heard


def _ask(client: httpx.Client, request: Request) -> str:
    """What went wrong; empty for a good answer."""
    try:
        answer = client.request(request.method, request.path, json=request.body)
    except httpx.TransportError as error:
        return type(error).__name__
    return "" if answer.is_success else f"{answer.status_code} {answer.text[:200]}"
