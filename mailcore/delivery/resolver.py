"""Where a domain's mail goes, asked of the stack's resolver (RFC 5321 §5.1, RFC 7505)."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import cast

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdata
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.IN.A import A

from mailcore.protocol import mx

#: Seconds for one question with its repetitions.
LIFETIME = 15.0
#: Addresses of one host that are tried.
MAX_ADDRESSES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One address of one mail host, in the order of trying."""

    host: str
    address: str


class Unroutable(Exception):
    """There is no host to try: for good (`code` 5xx), or for now (4xx)."""

    def __init__(self, text: str, *, code: int, enhanced: str) -> None:
        self.code = code
        self.enhanced = enhanced
        self.text = text
        super().__init__(text)


class MailResolver:
    """Finds targets; answers are cached for as long as DNS says."""

    def __init__(
        self, server: tuple[str, int], *, allow_private: bool, random: Random | None = None
    ) -> None:
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [server[0]]
        self._resolver.port = server[1]
        self._resolver.lifetime = LIFETIME
        self._resolver.cache = dns.resolver.LRUCache(50_000)
        self._allow_private = allow_private
        self._random = random or Random()  # noqa: S311 - spreads load, hides nothing

    async def targets(self, domain: str) -> list[Target]:
        """Hosts and addresses in order; raises Unroutable."""
        try:
            dns.name.from_text(domain)
        except (dns.exception.DNSException, UnicodeError) as error:
            text = f"{domain} is no domain name: {type(error).__name__}"
            raise Unroutable(text, code=550, enhanced="5.1.2") from error
        hosts = await self._hosts(domain)
        found: list[Target] = []
        failure: Unroutable | None = None
        for host in hosts:
            try:
                found += [Target(host=host, address=a) for a in await self._addresses(host)]
            except Unroutable as error:
                # A temporary failure of one host outweighs another's missing address.
                failure = error if failure is None or error.code < 500 else failure
        if found:
            return self._reachable(domain, found)
        text = f"the mail hosts of {domain} have no address"
        raise failure or Unroutable(text, code=550, enhanced="5.4.4")

    async def _hosts(self, domain: str) -> list[str]:
        records = await self._ask(domain, "MX")
        if records is None:
            return [domain]  # no MX at all: the domain is its own host
        found = [
            mx.MxRecord(preference=r.preference, host=r.exchange.to_text(omit_final_dot=True))
            for r in cast("list[MX]", records)
        ]
        found = [r if r.host != "." else mx.MxRecord(preference=0, host="") for r in found]
        if mx.is_null(found):
            text = f"{domain} takes no mail (null MX)"
            raise Unroutable(text, code=556, enhanced="5.1.10")
        return mx.order(found, random=self._random)

    async def _addresses(self, host: str) -> list[str]:
        records = await self._ask(host, "A")
        return [record.address for record in cast("list[A]", records or [])][:MAX_ADDRESSES]

    async def _ask(self, name: str, kind: str) -> Sequence[dns.rdata.Rdata] | None:
        """The records, or None when the name has none of this kind; raises Unroutable."""
        try:
            answer = await self._resolver.resolve(f"{name}.", kind)
        except dns.resolver.NoAnswer:
            return None
        except dns.resolver.NXDOMAIN as error:
            text = f"the domain {name} does not exist"
            raise Unroutable(text, code=550, enhanced="5.1.2") from error
        except dns.exception.DNSException as error:
            text = f"DNS gave no answer about {name}: {type(error).__name__}"
            raise Unroutable(text, code=451, enhanced="4.4.3") from error
        return list(answer)

    def _reachable(self, domain: str, targets: list[Target]) -> list[Target]:
        if self._allow_private:
            return targets
        outside = [target for target in targets if not mx.is_private(target.address)]
        if not outside:
            text = f"the mail hosts of {domain} are not on the Internet"
            raise Unroutable(text, code=550, enhanced="5.4.4")
        return outside
