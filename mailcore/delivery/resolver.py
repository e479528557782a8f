"""Where a domain's mail goes (RFC 5321 §5.1, RFC 7505)."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random
from typing import cast

import dns.exception
import dns.name
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.IN.A import A

from mailcore.delivery.lookups import Found, LookupFailed, Lookups
from mailcore.delivery.smtp.tls import OPPORTUNISTIC, TlsPolicy
from mailcore.protocol import mx
from mailcore.protocol.mx import MxRecord

#: Addresses of one host that are tried.
MAX_ADDRESSES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One address of one mail host, in the order of trying.

    `is_secure`: DNSSEC vouches for the way from the domain to this address. `canonical` is the
    host's name behind aliases.
    """

    host: str
    address: str
    is_secure: bool = False
    canonical: str = ""
    policy: TlsPolicy = OPPORTUNISTIC


class Unroutable(Exception):
    """There is no host to try: for good (`code` 5xx), or for now (4xx)."""

    def __init__(self, text: str, *, code: int, enhanced: str) -> None:
        self.code = code
        self.enhanced = enhanced
        self.text = text
        super().__init__(text)


async def nothing_served(_domain: str) -> bool:
    """Of a resolver that knows no domains of ours."""
    return False


class MailResolver:
    """Finds targets."""

    def __init__(
        self,
        lookups: Lookups,
        *,
        allow_private: bool,
        ourselves: Collection[str] = (),
        serves: Callable[[str], Awaitable[bool]] = nothing_served,
        has_ipv6: bool = False,
        random: Random | None = None,
    ) -> None:
        """`serves`: whether we take a domain's mail; the others as in `know`."""
        self._lookups = lookups
        self._allow_private = allow_private
        self._serves = serves
        self.know(ourselves=ourselves, has_ipv6=has_ipv6)
        self._random = random or Random()  # noqa: S311 - spreads load, hides nothing

    def know(self, *, ourselves: Collection[str], has_ipv6: bool) -> None:
        """`ourselves`: names and addresses of ours; `has_ipv6`: a source reaches IPv6 addresses."""
        self._ourselves = frozenset(name.lower() for name in ourselves)
        self._kinds = ("AAAA", "A") if has_ipv6 else ("A",)

    async def targets(self, domain: str) -> list[Target]:
        """Hosts and addresses in order; raises Unroutable."""
        try:
            dns.name.from_text(domain)
        except (dns.exception.DNSException, UnicodeError) as error:
            text = f"{domain} is no domain name: {type(error).__name__}"
            raise Unroutable(text, code=550, enhanced="5.1.2") from error
        hosts, is_secure = await self._hosts(domain)
        answers = await asyncio.gather(
            *(self._targets_of(record.host, is_secure=is_secure) for record in hosts),
            return_exceptions=True,
        )
        by_host: dict[str, list[Target]] = {}
        failures: list[Unroutable] = []
        for record, answer in zip(hosts, answers, strict=True):
            if isinstance(answer, Unroutable):
                failures.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                by_host[record.host] = answer
        kept = await self._without_ourselves(domain, hosts, by_host)
        found = [target for record in kept for target in by_host.get(record.host, ())]
        if found:
            return self._reachable(domain, found)
        raise _unreachable(domain, hosts, failures)

    async def addresses(self, host: str) -> list[str]:
        """Addresses on the Internet of a host that is no mail host; raises Unroutable."""
        targets = await self._targets_of(host, is_secure=False)
        return [target.address for target in self._reachable(host, targets)] if targets else []

    async def _hosts(self, domain: str) -> tuple[list[MxRecord], bool]:
        answer = await self._ask(domain, "MX")
        if not answer.records:
            # No MX at all: the domain is its own host.
            return [MxRecord(preference=0, host=domain.lower())], answer.is_secure
        found = [
            MxRecord(
                preference=r.preference,
                host=r.exchange.to_text(omit_final_dot=True).removesuffix("."),
            )
            for r in cast("Sequence[MX]", answer.records)
        ]
        if mx.is_null(found):
            text = f"{domain} takes no mail (null MX)"
            raise Unroutable(text, code=556, enhanced="5.1.10")
        return mx.order(mx.before(found, self._ourselves) or found, random=self._random), (
            answer.is_secure
        )

    async def _targets_of(self, host: str, *, is_secure: bool) -> list[Target]:
        found: list[Target] = []
        for kind in self._kinds:
            answer = await self._ask(host, kind)
            records = cast("Sequence[A]", answer.records)[:MAX_ADDRESSES]
            found += [
                Target(
                    host=host,
                    address=record.address,
                    is_secure=is_secure and answer.is_secure,
                    canonical=answer.canonical,
                )
                for record in records
            ]
        return found

    async def _without_ourselves(
        self, domain: str, hosts: Sequence[MxRecord], by_host: dict[str, list[Target]]
    ) -> list[MxRecord]:
        """The hosts before ours; raises Unroutable when that leaves nobody."""
        addresses = await self._own_addresses()
        ours = self._ourselves | {
            host
            for host, targets in by_host.items()
            if any(target.address in addresses for target in targets)
        }
        kept = mx.before(hosts, ours)
        if kept:
            return kept
        if await self._serves(domain):
            return list(hosts)  # it came to us after its mail was accepted: through the front door
        text = f"mail for {domain} comes back to us, and the domain is not served here"
        raise Unroutable(text, code=554, enhanced="5.4.6")

    async def _own_addresses(self) -> set[str]:
        found: set[str] = set()
        for name in self._ourselves:
            if _is_address(name):
                found.add(name)
                continue
            try:
                found |= {
                    target.address for target in await self._targets_of(name, is_secure=False)
                }
            except Unroutable:
                continue  # a name of ours that DNS does not know leads nobody to us
        return found

    async def _ask(self, name: str, kind: str) -> Found:
        """The answer about a name that exists; raises Unroutable."""
        try:
            found = await self._lookups.ask(name, kind)
        except LookupFailed as error:
            raise Unroutable(str(error), code=451, enhanced="4.4.3") from error
        if not found.exists:
            text = f"the domain {name} does not exist"
            raise Unroutable(text, code=550, enhanced="5.1.2")
        return found

    def _reachable(self, domain: str, targets: list[Target]) -> list[Target]:
        if self._allow_private:
            return targets
        outside = [target for target in targets if not mx.is_private(target.address)]
        if not outside:
            text = f"the mail hosts of {domain} are not on the Internet"
            raise Unroutable(text, code=550, enhanced="5.4.4")
        return outside


def _unreachable(
    domain: str, hosts: Sequence[MxRecord], failures: Sequence[Unroutable]
) -> Unroutable:
    """Why none of the hosts has an address; a temporary failure outweighs the others."""
    for failure in failures:
        if failure.code < 500 or [record.host for record in hosts] == [domain.lower()]:
            return failure
    names = ", ".join(record.host for record in hosts[:3])
    text = f"no mail host of {domain} has an address ({names})"
    return Unroutable(text, code=550, enhanced="5.4.4")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
