"""The account of TLS sessions that reports to other domains are made from (RFC 8460)."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Protocol

import psycopg

from kernel import clock
from mailcore.delivery.smtp.session import Endpoint
from mailcore.protocol.tls_rpt import PolicyType, ResultType

log = logging.getLogger(__name__)

#: Seconds between two times of storing, and kinds of counts that may wait for it.
EVERY = 30.0
MAX_KINDS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What is counted apart: a day (UTC), the policy, how it went, and between whom."""

    day: date
    policy_domain: str
    policy_type: PolicyType
    result: ResultType
    mx: str
    source: str

    def as_row(self) -> dict[str, str]:
        """The columns of count_tls.sql, as JSON takes them."""
        return {**asdict(self), "day": self.day.isoformat()}


class Ledger(Protocol):
    """Where the counts go."""

    async def add(self, counts: Sequence[tuple[Count, int]], *, today: date) -> None:
        """Add sessions; raises psycopg.OperationalError."""


class TlsAccount:
    """Counts in memory and stores every half minute; a crash loses that much of a statistic."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._counts: Counter[Count] = Counter()

    def count(
        self,
        domain: str,
        *,
        policy_type: PolicyType,
        result: ResultType,
        mx: str = "",
        source: str = "",
    ) -> None:
        """One more session, or one that never came to be."""
        count = Count(
            day=clock.now().date(),
            policy_domain=domain,
            policy_type=policy_type,
            result=result,
            mx=mx,
            source=source,
        )
        if count in self._counts or len(self._counts) < MAX_KINDS:
            self._counts[count] += 1

    def opened(self, domain: str, endpoint: Endpoint, result: ResultType) -> None:
        """A connection for mail to `domain`; without a policy only what went wrong counts."""
        kind, owner = _policy_of(domain, endpoint)
        if result or kind != "no-policy-found":
            self.count(
                owner, policy_type=kind, result=result, mx=endpoint.host, source=endpoint.source
            )

    async def run(self) -> None:
        """Store from time to time, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Store what was counted; without the database it waits for the next time."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            await self._ledger.add(list(counts.items()), today=clock.now().date())
        except psycopg.OperationalError as error:
            log.warning("%d counts of TLS wait for the database: %s", len(counts), error)
            self._counts.update(counts)


def _policy_of(domain: str, endpoint: Endpoint) -> tuple[PolicyType, str]:
    """The kind of policy that the connection was under, and whose it is (RFC 8460 §1.1)."""
    match endpoint.policy.level:
        case "must" if endpoint.policy.rule:  # ours: the domain has published none
            return "no-policy-found", domain
        case "dane" | "must":
            return "tlsa", endpoint.host
        case "verify":
            return "sts", domain
        case _:
            return "no-policy-found", domain
