"""Watches the DNSBLs that the settings name; what they list is sent from no longer."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.resolver
import psycopg
from django.conf import settings

from kernel import clock
from mailcore.delivery.egress.blocklists import (
    LISTED_FOR_TEST,
    NEVER_LISTED,
    Answer,
    name_of,
    read,
)
from mailcore.delivery.statements import statement

log = logging.getLogger(__name__)

_SEEN, _ENDED = statement("listing_seen"), statement("listing_ended")
#: Seconds for one question, and questions under way at a time: a round stays below a minute.
LIFETIME, PARALLEL = 5.0, 50


class Resolver(Protocol):
    """The two questions that a list is asked."""

    async def addresses(self, name: str) -> Sequence[str] | None:
        """A records, empty when there are none; None without an answer."""

    async def text(self, name: str) -> str:
        """The TXT record that gives a reason; empty when there is none."""


class StubResolver:
    """Asks the stack's resolver: lists refuse the public ones."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [server[0]]
        self._resolver.port = server[1]
        self._resolver.lifetime = LIFETIME

    async def addresses(self, name: str) -> Sequence[str] | None:
        """A records, empty when there are none; None without an answer."""
        try:
            return [record.to_text() for record in await self._resolver.resolve(f"{name}.", "A")]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            log.info("no answer about %s: %s", name, type(error).__name__)
            return None

    async def text(self, name: str) -> str:
        """The TXT record that gives a reason; empty when there is none."""
        try:
            found = await self._resolver.resolve(f"{name}.", "TXT")
        except dns.exception.DNSException:
            return ""
        return " ".join(record.to_text().strip('"') for record in found)


def watch_listings() -> list[Answer]:
    """Ask every zone about every source and store what they said; nothing without zones."""
    zones = list(settings.DNSBL_ZONES)
    with psycopg.connect(settings.DSN("delivery"), autocommit=True) as connection:
        rows = connection.execute("SELECT address FROM public.egress_source ORDER BY address")
        addresses = [row[0] for row in rows]
    answers = asyncio.run(ask(addresses, zones=zones, resolver=StubResolver(settings.RESOLVER)))
    store(answers, zones=zones, now=clock.now())
    return answers


async def ask(
    addresses: Sequence[str], *, zones: Sequence[str], resolver: Resolver
) -> list[Answer]:
    """What each zone that works says about each address."""
    room = asyncio.Semaphore(PARALLEL)

    async def one(address: str, zone: str) -> Answer:
        async with room:
            return await _ask(address, zone, resolver)

    tests = await asyncio.gather(*(_works(zone, resolver) for zone in zones))
    sound = [zone for zone, works in zip(zones, tests, strict=True) if works]
    return list(
        await asyncio.gather(*(one(address, zone) for address in addresses for zone in sound))
    )


async def _ask(address: str, zone: str, resolver: Resolver) -> Answer:
    name = name_of(address, zone=zone)
    found = await resolver.addresses(name)
    finding, evidence = read(found), " ".join(found or ())
    if finding == "listed":
        evidence = f"{evidence} {await resolver.text(name)}".strip()
    return Answer(address=address, zone=zone, finding=finding, evidence=evidence)


async def _works(zone: str, resolver: Resolver) -> bool:
    """Whether the zone lists what a list must, and not what none may (RFC 5782 §5)."""
    listed = await resolver.addresses(name_of(LISTED_FOR_TEST, zone=zone))
    never = await resolver.addresses(name_of(NEVER_LISTED, zone=zone))
    if read(listed) == "listed" and read(never) == "clean":
        return True
    log.warning("the list %s is not believed: %s answers %s", zone, LISTED_FOR_TEST, listed)
    return False


def store(answers: Sequence[Answer], *, zones: Sequence[str], now: datetime) -> None:
    """Begin, go on with and end listings; without an answer they stay as they are."""
    clean = [answer for answer in answers if answer.finding == "clean"]
    with psycopg.connect(settings.DSN("delivery")) as connection:
        for answer in answers:
            if answer.finding == "listed":
                values = {"address": answer.address, "zone": answer.zone, "now": now}
                connection.execute(_SEEN, {**values, "evidence": answer.evidence})
                log.warning("%s is listed by %s: %s", answer.address, answer.zone, answer.evidence)
        parameters = {
            "now": now,
            "addresses": [answer.address for answer in clean],
            "zones": [answer.zone for answer in clean],
            "asked": list(zones),
        }
        for address, zone in connection.execute(_ENDED, parameters).fetchall():
            log.info("%s is no longer listed by %s", address, zone)
