"""Is an address of this machine, and does its name lead to it and back (FCrDNS, RFC 1912 §2.1)?

A source without is warned of and used: a resolver that is away for a moment must not stop all mail.
"""

import asyncio
import logging
import socket
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Protocol

import dns.reversename
import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from mailcore.delivery.lookups import Found, LookupFailed
from mailcore.delivery.statements import statement

log = logging.getLogger(__name__)

_SENDING = statement("egress_sending")
#: Seconds between two looks.
EVERY = 3600.0
CONSEQUENCE = "servers that check names both ways refuse its mail or mistrust it"

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


class Lookups(Protocol):
    """The resolver; raises LookupFailed."""

    async def ask(self, name: str, kind: str) -> Found:
        """The records of a name."""


def is_here(address: str) -> bool:
    """Whether this machine can send from it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        try:
            tried.bind((address, 0))
        except OSError:
            return False
    return True


async def doubts(sources: Mapping[str, str], *, lookups: Lookups) -> dict[str, list[str]]:
    """What is wrong with the names of sources (address → EHLO name), by address; else nothing."""
    found = await asyncio.gather(*(_doubts(one, sources[one], lookups) for one in sources))
    return {address: told for address, told in zip(sources, found, strict=True) if told}


async def _doubts(address: str, ehlo: str, lookups: Lookups) -> list[str]:
    told: list[str] = []
    try:
        kind = "AAAA" if ":" in address else "A"
        forward = [record.to_text() for record in (await lookups.ask(ehlo, kind)).records]
        if ip_address(address) not in map(ip_address, forward):
            told.append(f"{ehlo} leads to {_listed(forward) or 'no address'}, not to {address}")
    except LookupFailed as error:
        told.append(str(error))
    try:
        pointer = dns.reversename.from_address(address).to_text(omit_final_dot=True)
        records = (await lookups.ask(pointer, "PTR")).records
        back = [record.to_text().rstrip(".").lower() for record in records]
        if ehlo.lower() not in back:
            told.append(f"{address} leads back to {_listed(back) or 'no name'}, not to {ehlo}")
    except LookupFailed as error:
        told.append(str(error))
    return told


class NameWatch:
    """Says in the log, at the start and each hour, which sources of a node are in doubt."""

    def __init__(self, pool: Pool, *, node: str, lookups: Lookups) -> None:
        self._pool = pool
        self._node = node
        self._lookups = lookups

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except psycopg.OperationalError as error:
                log.info("the names of sources are looked at later: %s", error)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Look at every source that may send; raises psycopg.OperationalError."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SENDING, {"node": self._node})
            sources = {row[0]: row[1] for row in await cursor.fetchall()}
        for told in (await doubts(sources, lookups=self._lookups)).values():
            log.warning("%s: %s", "; ".join(told), CONSEQUENCE)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
