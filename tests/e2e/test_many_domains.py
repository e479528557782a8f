"""Many domains by one script: added, written into DNS, verified, sending, and their keys rotated meanwhile.

An agency's way: everything over the API, DNS by RFC 2136, and not one message unsigned or failing.
"""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import pytest

from stack.client.waiting import wait_for
from stack.demo.steps import Outcome
from stack.demo.world import World, token
from stack.outside.client import Arrived
from stack.outside.verify import author_domain

T = TypeVar("T")
#: Fifty take minutes on a busy machine: they are run by hand.
DOMAINS = int(os.environ.get("LIVERY_E2E_DOMAINS", "10"))
SECONDS = 300
FIRST, SECOND = {"r1", "e1"}, {"r2", "e2"}


@dataclass(slots=True)
class Agency:
    """The script: its domains by id, and what it has sent so far."""

    world: World
    mark: str = field(default_factory=token)
    names: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    @property
    def reader(self) -> str:
        return self.world.outside_address(f"many-{self.mark}")

    def each(self, act: Callable[[str], T], over: Iterable[str]) -> list[T]:
        """For all of them, eight at a time."""
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(act, over))

    def add(self, name: str) -> None:
        """Buy the zone, add the domain, and hand in the key that writes its DNS."""
        api, endpoints = self.world.acme.rest, self.world.endpoints
        self.world.outside.buy_zone(name)
        order = {"name": name, "organisation": self.world.organisation_id}
        made = api.post("/domains", order)["id"]
        api.post(f"/domains/{made}/dns-update", endpoints.update_key("dns_update").as_json())
        self.names[made] = name

    def send(self) -> None:
        """One message from each domain, in one request."""
        messages = [
            {"from": f"shop@{name}", "to": [self.reader], "subject": self.mark, "text": "Hello"}
            for name in self.names.values()
        ]
        taken = self.world.acme.rest.post("/messages", {"messages": messages})["data"]
        assert not [one for one in taken if "error" in one]
        self.sent += len(messages)

    def arrived(self) -> list[Arrived]:
        """Everything that was sent, once it is there."""

        def look() -> list[Arrived] | None:
            found = self.world.outside.messages(self.reader, limit=1000)
            return found if len(found) >= self.sent else None

        return wait_for(look, what=f"{self.sent} messages", seconds=SECONDS, every=0.5)

    def signing(self, domain_id: str) -> set[str]:
        keys = self.world.acme.rest.get(f"/domains/{domain_id}/dkim-keys")["data"]
        return {key["selector"] for key in keys if key["state"] == "active"}

    def until_signing(self, selectors: set[str]) -> None:
        for domain_id in self.names:
            wait_for(
                lambda one=domain_id: self.signing(one) == selectors,
                what=f"{self.names[domain_id]} signing with {selectors}",
                seconds=SECONDS,
                every=0.5,
            )


@pytest.fixture(scope="module")
def agency(told: dict[str, Outcome], world: World) -> Agency:
    """All domains added, and verified by what was written into their zones."""
    if not world.organisation_id:
        pytest.fail(f"no organisation was made: {[one for one in told.values() if not one.ok]}")
    agency = Agency(world)
    agency.each(agency.add, [f"many{n}-{agency.mark}.test" for n in range(DOMAINS)])
    for domain_id, name in agency.names.items():
        wait_for(
            lambda one=domain_id: world.acme.rest.get(f"/domains/{one}")["state"] == "verified",
            what=f"{name} verified",
            seconds=SECONDS,
            every=0.5,
        )
    agency.until_signing(FIRST)
    return agency


def selectors_of(message: Arrived) -> frozenset[str]:
    return frozenset(one["selector"] for one in message.facts["dkim"])


def test_all_keys_rotate_and_no_message_is_unsigned_or_fails(agency: Agency) -> None:
    api, over = agency.world.acme.rest, threading.Event()

    def keep_sending() -> None:
        while not over.wait(1):  # the pace of the flow; nothing hangs on it
            agency.send()

    agency.send()
    agency.arrived()
    with ThreadPoolExecutor(1) as pool:
        flow = pool.submit(keep_sending)
        try:
            agency.each(lambda one: api.post(f"/domains/{one}/dkim-keys/rotate"), agency.names)
            agency.until_signing(SECOND)
        finally:
            over.set()
        flow.result()
    messages = wait_for(lambda: rotated(agency), what="mail signed by the new keys only")
    failing = [f"{m.facts['sender']}: {m.verdict_line}" for m in messages if not is_good(m)]
    assert not failing
    assert {selectors_of(m) for m in messages} == {frozenset(FIRST), frozenset(SECOND)}


def rotated(agency: Agency) -> list[Arrived] | None:
    """All messages, once those of a round are signed by the new keys: engines follow in seconds."""
    before = agency.sent
    agency.send()
    messages = agency.arrived()
    latest = {selectors_of(message) for message in messages[before:]}
    return messages if latest == {frozenset(SECOND)} else None


def is_good(message: Arrived) -> bool:
    domain = author_domain(message.raw)
    return domain is not None and message.is_authentic(domain)
