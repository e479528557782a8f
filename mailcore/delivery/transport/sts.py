"""MTA-STS policies: announced in DNS, fetched over HTTPS, kept as long as they hold (RFC 8461)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import dns.rdtypes.txtbase

from kernel import clock
from mailcore.delivery.lookups import LookupFailed, Lookups
from mailcore.protocol import mta_sts
from mailcore.protocol.mta_sts import Policy, PolicyInvalid
from mailcore.protocol.tls_rpt import ResultType

log = logging.getLogger(__name__)

#: Seconds until a policy that could not be fetched is asked for again (RFC 8461 §3.3).
AGAIN = 300.0
#: Domains whose policy is at hand.
KEPT = 50_000


class PolicyUnavailable(Exception):
    """The policy could not be fetched; `result` is what a TLS report calls it."""

    def __init__(self, text: str, *, result: ResultType = "sts-policy-fetch-error") -> None:
        self.result = result
        super().__init__(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPolicy:
    """A fetched policy with the id that announced it, good until `expires_at`."""

    domain: str
    policy_id: str
    text: str
    expires_at: datetime


class Shelf(Protocol):
    """Where policies survive a restart, so that a lost record opens no way around them."""

    async def load(self) -> list[KeptPolicy]:
        """Those that still hold."""

    async def keep(self, kept: KeptPolicy) -> None:
        """Store one in place of the domain's former."""


#: Fetches the text of a domain's policy; raises PolicyUnavailable.
Fetch = Callable[[str], Awaitable[str]]
#: Hears of a domain whose policy could not be had.
Failed = Callable[[str, ResultType], None]


class StsPolicies:
    """Policies by domain, fetched again when DNS announces another id."""

    def __init__(self, lookups: Lookups, *, fetch: Fetch, shelf: Shelf, failed: Failed) -> None:
        self._lookups = lookups
        self._fetch = fetch
        self._shelf = shelf
        self._failed = failed
        self._kept: dict[str, tuple[KeptPolicy, Policy]] = {}
        self._fetching: dict[str, asyncio.Task[Policy | None]] = {}
        self._not_before: dict[str, float] = {}

    async def load(self) -> None:
        """Take what earlier processes fetched."""
        for kept in await self._shelf.load():
            try:
                self._kept[kept.domain] = (kept, mta_sts.parse(kept.text))
            except PolicyInvalid as error:
                log.warning("the kept MTA-STS policy of %s is none: %s", kept.domain, error)

    async def policy(self, domain: str) -> Policy | None:
        """The policy in force; None when there is none, or none could be had."""
        kept, policy = self._kept.get(domain, (None, None))
        if kept is not None and kept.expires_at <= clock.now():
            kept = policy = None
        announced = await self._announced(domain)
        if announced is None or (kept is not None and kept.policy_id == announced):
            return policy
        if self._not_before.get(domain, 0.0) > time.monotonic():
            return policy
        task = self._fetching.get(domain)
        if task is None:
            task = asyncio.create_task(self._renew(domain, announced))
            self._fetching[domain] = task
            task.add_done_callback(lambda _: self._fetching.pop(domain, None))
        # The fetch goes on for others when the one who began it is cancelled.
        return await asyncio.shield(task) or policy

    async def _announced(self, domain: str) -> str | None:
        try:
            found = await self._lookups.ask(f"_mta-sts.{domain}", "TXT")
        except LookupFailed:
            return None
        texts = [
            b"".join(record.strings).decode("ascii", "replace")
            for record in found.records
            if isinstance(record, dns.rdtypes.txtbase.TXTBase)
        ]
        return mta_sts.record_id(texts)

    async def _renew(self, domain: str, announced: str) -> Policy | None:
        try:
            text = await self._fetch(domain)
            policy = mta_sts.parse(text)
        except (PolicyUnavailable, PolicyInvalid) as error:
            result = error.result if isinstance(error, PolicyUnavailable) else "sts-policy-invalid"
            log.info("no MTA-STS policy of %s: %s", domain, error)
            self._failed(domain, result)
            self._wait(domain)
            return None
        until = clock.now() + timedelta(seconds=policy.max_age)
        kept = KeptPolicy(domain=domain, policy_id=announced, text=text, expires_at=until)
        if len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[domain] = (kept, policy)
        await self._shelf.keep(kept)
        return policy

    def _wait(self, domain: str) -> None:
        now = time.monotonic()
        if len(self._not_before) >= KEPT:
            self._not_before = {name: at for name, at in self._not_before.items() if at > now}
        self._not_before[domain] = now + AGAIN
