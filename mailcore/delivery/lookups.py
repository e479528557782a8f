"""Questions to the resolver, with what it vouches for; answers are kept as long as DNS says."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.resolver
from dns.message import QueryMessage

from mailcore.delivery.questions import Questions

#: Seconds for one question with its repetitions.
LIFETIME = 15.0
#: Answers that are kept, and for how many seconds at most; a "no" for a moment only.
KEPT, LONGEST, A_MOMENT = 50_000, 300.0, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The records of a name, none when it has none of the kind asked for.

    `is_secure`: the resolver has validated the answer (AD, RFC 4035 §3.2.3), also
    that a name has none of the kind. `canonical` is the name at the end of aliases. `exists` is false for NXDOMAIN.
    """

    records: Sequence[dns.rdata.Rdata] = ()
    is_secure: bool = False
    canonical: str = ""
    exists: bool = True


class LookupFailed(Exception):
    """No answer: time ran out, or the resolver could not get or validate one."""


class Lookups:
    """Asks one resolver; its word on DNSSEC is believed, so it must be on a trusted path."""

    def __init__(self, server: tuple[str, int], *, short_way: Questions | None = None) -> None:
        """`short_way` to the same server is for those who ask much, and is theirs to close."""
        self._short_way = short_way
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [server[0]]
        self._resolver.port = server[1]
        self._resolver.lifetime = LIFETIME
        # Without AD in the question a resolver need not say what it validated (RFC 6840 §5.7).
        self._resolver.flags = dns.flags.RD | dns.flags.AD
        self._kept: OrderedDict[tuple[str, str], tuple[float, Found]] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Task[Found]] = {}

    async def ask(self, name: str, kind: str) -> Found:
        """The records of an absolute name without its last dot; raises LookupFailed."""
        known = (name, kind)
        until, found = self._kept.get(known, (0.0, None))
        if found is not None and until > time.monotonic():
            return found
        # Mail comes in crowds: whoever asks the same meanwhile shares the answer.
        if known not in self._asking:
            self._asking[known] = asyncio.create_task(self._keep(name, kind))
            self._asking[known].add_done_callback(lambda task: self._done(known, task))
        # The question goes on for the others when the one who began it is cancelled.
        return await asyncio.shield(self._asking[known])

    async def validates(self) -> bool:
        """Whether the resolver validates at all: it can vouch for the root, if for anything."""
        try:
            return (await self.ask("", "NS")).is_secure
        except LookupFailed:
            return False

    async def _keep(self, name: str, kind: str) -> Found:
        found, seconds = await self._asked(f"{name}.", kind)
        self._kept[name, kind] = (time.monotonic() + min(seconds, LONGEST), found)
        self._kept.move_to_end((name, kind))
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _done(self, known: tuple[str, str], task: asyncio.Task[Found]) -> None:
        del self._asking[known]
        if not task.cancelled():
            task.exception()  # heard, also when nobody waits any more

    async def _asked(self, name: str, kind: str) -> tuple[Found, float]:
        try:
            answer = await self._answer(dns.name.from_text(name), kind)
        except dns.resolver.NoAnswer as error:
            return Found(is_secure=_is_secure(error.kwargs["response"])), A_MOMENT
        except dns.resolver.NXDOMAIN:
            return Found(exists=False), A_MOMENT
        except dns.exception.DNSException as error:
            text = f"DNS gave no answer about {name.rstrip('.')}: {type(error).__name__}"
            raise LookupFailed(text) from error
        found = Found(
            records=tuple(answer),
            is_secure=_is_secure(answer.response),
            canonical=answer.canonical_name.to_text(omit_final_dot=True).lower(),
        )
        return found, max(answer.expiration - time.time(), 0)

    async def _answer(self, name: dns.name.Name, kind: str) -> dns.resolver.Answer:
        """By the short way; where there is none, dnspython's, which repeats itself and knows TCP."""
        response = await self._short_way.ask(name, kind) if self._short_way else None
        if response is None or response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return await self._resolver.resolve(name, kind)
        if response.rcode() == dns.rcode.NXDOMAIN:
            raise dns.resolver.NXDOMAIN(  # type: ignore[no-untyped-call]
                qnames=[name], responses={name: response}
            )
        answer = dns.resolver.Answer(
            name, dns.rdatatype.from_text(kind), dns.rdataclass.IN, cast("QueryMessage", response)
        )
        if answer.rrset is None:
            raise dns.resolver.NoAnswer(response=response)  # type: ignore[no-untyped-call]
        return answer


def _is_secure(response: dns.message.Message) -> bool:
    return bool(response.flags & dns.flags.AD)
