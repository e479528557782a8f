"""The addresses of a receiver's host, asked of our own resolver."""

from collections.abc import Awaitable, Callable

import dns.asyncresolver
import dns.exception
import dns.resolver

#: Seconds for both kinds together stay below a request's own.
LIFETIME = 4.0
#: A name in A-labels → its addresses, IPv4 first; raises LookupFailed.
Addresses = Callable[[str], Awaitable[list[str]]]


class LookupFailed(Exception):
    """DNS gave no answer, now."""


class HostLookup:
    """Asks one resolver; nothing is kept, so a receiver that moves is found at once."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [server[0]]
        self._resolver.port = server[1]
        self._resolver.lifetime = LIFETIME

    async def __call__(self, host: str) -> list[str]:
        """Addresses, none when there are none; raises LookupFailed."""
        return await self._asked(host, "A") or await self._asked(host, "AAAA")

    async def _asked(self, host: str, kind: str) -> list[str]:
        try:
            answer = await self._resolver.resolve(f"{host}.", kind)
        except (dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
            return []
        except dns.exception.DNSException as error:
            raise LookupFailed(f"DNS gave no answer about {host}") from error
        return [record.address for record in answer]
