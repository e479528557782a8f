"""What the long runs have in common: mail that goes on in the background, and how they are told to run."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from threading import Event, Thread

import pytest

from stack.bench.delivery.source import Entrance, Sent, send
from stack.bench.delivery.traffic import Letter, Traffic

#: Set to run what takes minutes and is measured; otherwise it is skipped.
LONG = "LIVERY_FAULT_LONG"
by_hand = pytest.mark.skipif(LONG not in os.environ, reason=f"minutes, by hand: {LONG} is not set")
SESSIONS = 4


def in_turn(domains: Sequence[str], *, sender: str) -> Iterator[Letter]:
    """Letters without end, one to each domain in turn."""
    model = next(Traffic(zone="unused.test", domains=1, sites=1).letters(1, sender=sender))
    for number in count():
        recipient = f"r{number}@{domains[number % len(domains)]}"
        yield replace(model, number=number, recipient=recipient)


@contextmanager
def sending(door: Entrance, letters: Iterator[Letter], *, rate: float) -> Iterator[list[Sent]]:
    """Send at RATE messages a second while the block runs; yields what will hold what was sent."""
    ended, done = Event(), list[Sent]()

    def until_ended() -> Iterator[Letter]:
        for letter in letters:
            if ended.is_set():
                return
            yield letter

    def work() -> None:
        done.append(asyncio.run(send(door, until_ended(), sessions=SESSIONS, rate=rate)))

    thread = Thread(target=work, name="sending")
    thread.start()
    try:
        yield done
    finally:
        ended.set()
        thread.join()
