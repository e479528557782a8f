"""TLSA records of a mail host, where DNSSEC vouches for the whole way to them (RFC 7672 §2.2)."""

from typing import cast

from dns.rdtypes.tlsabase import TLSABase

from mailcore.delivery.lookups import LookupFailed, Lookups
from mailcore.delivery.resolver import Target
from mailcore.delivery.smtp.tls import TlsPolicy
from mailcore.protocol import dane
from mailcore.protocol.dane import Tlsa


class TlsaUnknown(Exception):
    """Whether the host has TLSA records cannot be found out: no mail goes there meanwhile."""


async def policy_of(target: Target, *, lookups: Lookups, port: int) -> TlsPolicy | None:
    """The policy out of the host's TLSA records, None when it has none; raises TlsaUnknown.

    Records that SMTP cannot use still ask for TLS (RFC 7672 §2.2).
    """
    if not target.is_secure:
        return None
    for name in dict.fromkeys([target.canonical or target.host, target.host]):
        try:
            found = await lookups.ask(f"_{port}._tcp.{name}", "TLSA")
        except LookupFailed as error:
            raise TlsaUnknown(f"{target.host}: {error}") from error
        if found.is_secure and found.records:
            records = [
                Tlsa(usage=r.usage, selector=r.selector, matching=r.mtype, data=bytes(r.cert))
                for r in cast("list[TLSABase]", found.records)
            ]
            usable = dane.usable(records)
            names = (target.host, name)
            return TlsPolicy(level="dane" if usable else "must", tlsa=usable, names=names)
    return None
