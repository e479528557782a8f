"""SPF by pyspf, DKIM by dkimpy (each signature on its own) and DMARC: what a stranger's server would find."""

import email
import email.policy
from collections.abc import Callable
from email.utils import getaddresses

import dkim
import dns.exception
import dns.resolver
import spf
from dkim.util import InvalidTagValueList, parse_tag_value

from stack.client.lookup import texts
from stack.outside import dmarc
from stack.outside.records import DkimVerdict, DmarcVerdict, Verdicts

MAX_SIGNATURES = 10
DnsFunction = Callable[..., bytes | None]


class Verifier:
    """Checks messages through one resolver. pyspf keeps its look-up in a module: one verifier per process."""

    def __init__(self, resolver: dns.resolver.Resolver) -> None:
        self._resolver = resolver
        spf.DNSLookup = self._spf_lookup

    def verify(self, *, raw: bytes, client: str, helo: str, sender: str) -> Verdicts:
        """Return all verdicts of one message; never raises for what a message holds."""
        spf_result, spf_domain = self._spf(client=client, helo=helo, sender=sender)
        signatures = self._dkim(raw)
        return Verdicts(
            spf=spf_result,
            dkim=signatures,
            dmarc=self._dmarc(raw, spf_result, spf_domain, signatures),
        )

    def _spf(self, *, client: str, helo: str, sender: str) -> tuple[str, str]:
        # RFC 7208 §2.4: with a null reverse-path the identity is postmaster@HELO.
        identity = sender or f"postmaster@{helo}"
        result, _ = spf.check2(i=client, s=identity, h=helo, timeout=30, querytime=60)
        return str(result), identity.rpartition("@")[2]

    def _dkim(self, raw: bytes) -> tuple[DkimVerdict, ...]:
        signer = dkim.DKIM(raw, timeout=5)
        fields = [value for name, value in signer.headers if name.lower() == b"dkim-signature"]
        return tuple(
            self._signature(raw, index, value)
            for index, value in enumerate(fields[:MAX_SIGNATURES])
        )

    def _signature(self, raw: bytes, index: int, value: bytes) -> DkimVerdict:
        try:
            tags = parse_tag_value(value)
        except InvalidTagValueList:
            tags = {}
        try:
            passed = dkim.DKIM(raw, timeout=5).verify(idx=index, dnsfunc=self._dkim_lookup)
            result = "pass" if passed else "fail"
        except dns.exception.DNSException:
            result = "temperror"
        except dkim.ValidationError:
            result = "fail"
        except (dkim.DKIMException, ValueError, KeyError):
            result = "permerror"
        return DkimVerdict(
            domain=_tag(tags, b"d"),
            selector=_tag(tags, b"s"),
            algorithm=_tag(tags, b"a"),
            result=result,
        )

    def _dmarc(
        self, raw: bytes, spf_result: str, spf_domain: str, signatures: tuple[DkimVerdict, ...]
    ) -> DmarcVerdict:
        author = author_domain(raw)
        if author is None:
            return DmarcVerdict(
                result="permerror", policy=None, aligned_spf=False, aligned_dkim=False
            )
        try:
            return dmarc.evaluate(
                author=author,
                spf_domain=spf_domain,
                spf=spf_result,
                dkim=signatures,
                lookup=lambda name: texts(self._resolver, name),
            )
        except dns.exception.DNSException:
            return DmarcVerdict(
                result="temperror", policy=None, aligned_spf=False, aligned_dkim=False
            )

    def _dkim_lookup(self, name: bytes | str, timeout: int = 5) -> bytes | None:  # noqa: ARG002  # dkimpy passes it by name
        found = texts(self._resolver, name.decode("ascii") if isinstance(name, bytes) else name)
        return found[0] if found else None

    def _spf_lookup(
        self, name: str, qtype: str, _tcp: bool = True, _timeout: float = 5
    ) -> list[tuple[tuple[str, str], object]]:
        try:
            answer = self._resolver.resolve(name, qtype)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise spf.TempError(f"DNS {error}") from error
        return [((name, qtype), _spf_value(qtype, record)) for record in answer]


def _spf_value(qtype: str, record: object) -> object:
    """Return one record as pyspf wants it."""
    if qtype in ("A", "AAAA"):
        return getattr(record, "address")  # noqa: B009  # dnspython's rdata classes are made at run time
    if qtype == "MX":
        return (record.preference, record.exchange.to_text(True))  # type: ignore[attr-defined]  # the same
    if qtype == "PTR":
        return record.target.to_text(True)  # type: ignore[attr-defined]  # the same
    return record.strings  # type: ignore[attr-defined]  # the same


def _tag(tags: dict[bytes, bytes], name: bytes) -> str:
    return tags.get(name, b"").decode("ascii", "replace")


def author_domain(raw: bytes) -> str | None:
    """Return the one domain of the From field, or None when it has none or several (RFC 7489 §6.6.1)."""
    head = raw.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"
    message = email.message_from_bytes(head, policy=email.policy.compat32)
    addresses = getaddresses([str(value) for value in message.get_all("From", [])])
    domains = {address.rpartition("@")[2].lower() for _, address in addresses if "@" in address}
    return domains.pop() if len(domains) == 1 else None
