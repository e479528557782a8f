"""What the accept daemon tells Prometheus."""

import time
from collections.abc import Awaitable, Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from mailcore.protocol.mail_dialects import Answer
from mailcore.protocol.mail_session import Transaction

Deliver = Callable[[Transaction], Awaitable[Sequence[Answer]]]
#: Seconds from the whole message to its answer: reading it, and the group commit.
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class AcceptMetrics:
    """The figures of one accept daemon."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "livery_accept_messages",
            "Messages by the code of their answer.",
            ("code",),
            registry=self._registry,
        )
        self._recipients = Counter(
            "livery_accept_recipients", "Recipients taken on.", registry=self._registry
        )
        self._bytes = Counter(
            "livery_accept_bytes", "Bytes of messages taken on.", registry=self._registry
        )
        self._seconds = Histogram(
            "livery_accept_seconds",
            "From the whole message to its answer.",
            buckets=BUCKETS,
            registry=self._registry,
        )

    def watched(self, deliver: Deliver) -> Deliver:
        """The same, counted."""

        async def counted(transaction: Transaction) -> Sequence[Answer]:
            began = time.perf_counter()
            answers = await deliver(transaction)
            self._seconds.observe(time.perf_counter() - began)
            self._count(transaction, answers)
            return answers

        return counted

    def render(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)

    def _count(self, transaction: Transaction, answers: Sequence[Answer]) -> None:
        for code in {answer.code for answer in answers}:
            self._answers.labels(str(code)).inc()
        taken = sum(200 <= answer.code < 300 for answer in answers)
        if taken:
            self._recipients.inc(taken)
            self._bytes.inc(len(transaction.message))
