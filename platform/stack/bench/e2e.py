"""Bench `e2e`: submission → outside MX and outside → INBOX over IMAP, latency one by one and rate in a burst."""

import imaplib
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from stack.bench.figures import Result, at_most, latencies
from stack.client.compose import compose
from stack.client.mailbox import imap_session
from stack.client.smtp import open_session, transfer
from stack.client.waiting import wait_for
from stack.demo.world import User, World

SINGLE = 20
BURST = 80
SESSIONS = 4
BODY_BYTES = 2_000
WAIT_SECONDS = 120
BODY = ("A line of plain text that is neither short nor long.\n" * 200)[:BODY_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one direction gave: latency of each single message, and the burst's rate and losses."""

    single: list[float]
    burst_seconds: float
    accepted_seconds: float
    lost: int


def subjects(word: str, count: int) -> list[str]:
    """Return the subjects of COUNT messages."""
    return [f"{word}-{number:04d}" for number in range(count)]


def measure(world: World) -> Result:
    """Run both directions, one after the other."""
    outward = outbound(world)
    inward = inbound(world)
    lost = outward.lost + inward.lost
    figures = {
        **latencies("out_single", outward.single),
        "out_burst_accept_per_s": round(BURST / outward.accepted_seconds, 1),
        "out_burst_per_s": round((BURST - outward.lost) / outward.burst_seconds, 1),
        **latencies("in_single", inward.single),
        "in_burst_accept_per_s": round(BURST / inward.accepted_seconds, 1),
        "in_burst_per_s": round((BURST - inward.lost) / inward.burst_seconds, 1),
        "lost": lost,
    }
    return Result(
        name="e2e",
        conditions={
            "messages_single": SINGLE,
            "messages_burst": BURST,
            "sessions": SESSIONS,
            "body_bytes": BODY_BYTES,
            "cpus": os.cpu_count(),
            "machine": platform.machine(),
            "clock": "one machine, wall clock; the load tool runs beside the stack",
        },
        figures=figures,
        goals=(
            at_most("lost", lost, limit=0, unit="messages"),
            at_most("out_single_p95_ms", figures["out_single_p95_ms"], limit=3000, unit="ms"),
            at_most("in_single_p95_ms", figures["in_single_p95_ms"], limit=3000, unit="ms"),
        ),
    )


def outbound(world: World) -> Run:
    """Submission → outside MX; arrival is the time the outside MX had the final dot."""
    sender, sink = world.sender, world.outside_address("sink")
    submission = world.endpoints.service("submission")

    def send(batch: tuple[str, ...]) -> dict[str, float]:
        began = {}
        with open_session(submission, helo="bench.home.test") as session:
            session.login(sender.address, sender.password)
            for subject in batch:
                message = compose(sender=sender.address, recipient=sink, subject=subject, body=BODY)
                began[subject] = time.time()
                reply = transfer(session, sender=sender.address, recipient=sink, message=message)
                if not reply.ok:
                    raise AssertionError(f"{reply.phase}: {reply.code} {reply.text}")
        return began

    seen: dict[str, float] = {}
    newest = 0

    def arrived() -> dict[str, float]:
        nonlocal newest
        for message in world.outside.messages(sink, after=newest, limit=1000):
            newest = message.id
            seen.setdefault(message.subject, message.facts["received_at"])
        return seen

    return _run("out", send=send, arrived=arrived)


def inbound(world: World) -> Run:
    """Outside → MX → INBOX; arrival is the time a polling IMAP session sees the message."""
    user = world.ben
    assert user is not None
    sender, source = (
        world.outside_address("load"),
        str(world.endpoints.raw["outside"]["client_address"]),
    )
    mx = world.endpoints.service("smtp_mx")

    def send(batch: tuple[str, ...]) -> dict[str, float]:
        messages = {
            subject: world.outside.sign(
                compose(sender=sender, recipient=user.address, subject=subject, body=BODY)
            )
            for subject in batch
        }
        began = {}
        with open_session(
            mx, source=source, helo=f"mx.{world.endpoints.outside_domain}"
        ) as session:
            for subject, message in messages.items():
                began[subject] = time.time()
                reply = transfer(session, sender=sender, recipient=user.address, message=message)
                if not reply.ok:
                    raise AssertionError(f"{reply.phase}: {reply.code} {reply.text}")
        return began

    imaps = world.endpoints.service("imaps")
    with imap_session(imaps, login=user.address, password=user.password) as client:
        return _run("in", send=send, arrived=Inbox(client, user).look)


class Inbox:
    """Notes when each subject is first seen in an INBOX."""

    def __init__(self, client: imaplib.IMAP4, user: User) -> None:
        self._client = client
        self._user = user
        self._known = 0
        self._seen: dict[str, float] = {}
        client.select("INBOX", readonly=True)

    def look(self) -> dict[str, float]:
        """Fetch the subjects that are new and return all with their times."""
        self._client.noop()
        _, exists = self._client.select("INBOX", readonly=True)
        count = int(exists[0] or b"0")
        if count > self._known:
            wanted = f"{self._known + 1}:{count}"
            _, parts = self._client.fetch(wanted, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
            now = time.time()
            for part in parts:
                if isinstance(part, tuple):
                    subject = part[1].decode("ascii", "replace").partition(":")[2].strip()
                    self._seen.setdefault(subject, now)
            self._known = count
        return self._seen


def _run(
    word: str,
    *,
    send: Callable[[tuple[str, ...]], dict[str, float]],
    arrived: Callable[[], dict[str, float]],
) -> Run:
    single = []
    for subject in subjects(f"{word}-single", SINGLE):
        began = send((subject,))[subject]
        at = wait_for(
            partial(_seen_at, arrived, subject), what=subject, seconds=WAIT_SECONDS, every=0.01
        )
        single.append(max(0.0, at - began))
    names = subjects(f"{word}-burst", BURST)
    shares = [tuple(names[first::SESSIONS]) for first in range(SESSIONS)]
    start = time.time()
    with ThreadPoolExecutor(SESSIONS) as executor:
        began_at = {key: at for share in executor.map(send, shares) for key, at in share.items()}
    accepted = time.time()
    deadline = time.monotonic() + WAIT_SECONDS
    while not set(names) <= set(arrived()) and time.monotonic() < deadline:
        time.sleep(0.05)
    seen = {name: at for name, at in arrived().items() if name in began_at}
    return Run(
        single=single,
        burst_seconds=max(max(seen.values(), default=time.time()) - start, 0.001),
        accepted_seconds=max(accepted - start, 0.001),
        lost=len(set(names) - set(seen)),
    )


def _seen_at(arrived: Callable[[], dict[str, float]], subject: str) -> float | None:
    return arrived().get(subject)
