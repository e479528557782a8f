"""The DNS records that a mail domain should have."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailcore.protocol import dkim_keys, spf

OWNERSHIP = "ownership"
MX = "mx"
SPF = "spf"
DKIM_RSA = "dkim-rsa"
DKIM_ED25519 = "dkim-ed25519"
DMARC = "dmarc"

#: The label names no company: it stands in the client's own DNS.
_OWNERSHIP_LABEL = "_mail-ownership"
MX_PRIORITY = 10
TTL = 3600
#: The longest name that goes in front of a domain is a DKIM selector's; RFC 1035 allows 253 in all.
LONGEST_PREFIX = len("e1-20260101._domainkey.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record to publish: `name` without a trailing dot, `ttl` in seconds."""

    purpose: str
    name: str
    type: str
    value: str
    priority: int | None = None
    ttl: int = TTL


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A DKIM key to publish."""

    selector: str
    algorithm: str
    public: str


def ownership(domain: str, *, token: str) -> Record:
    """The TXT record that proves control of the domain."""
    return Record(
        purpose=OWNERSHIP,
        name=f"{_OWNERSHIP_LABEL}.{domain}",
        type="TXT",
        value=f"mail-ownership={token}",
    )


def mx(domain: str, *, host: str) -> Record:
    """Mail for the domain goes to our host (RFC 5321 §5)."""
    return Record(purpose=MX, name=domain, type="MX", value=host, priority=MX_PRIORITY)


def sender_policy(domain: str, *, include: str) -> Record:
    """Our egress addresses may send for the domain (RFC 7208)."""
    return Record(purpose=SPF, name=domain, type="TXT", value=spf.new(include))


def dkim(domain: str, key: PublicKey) -> Record:
    """The public key of a selector (RFC 6376 §3.6.2)."""
    return Record(
        purpose=DKIM_RSA if key.algorithm == dkim_keys.RSA else DKIM_ED25519,
        name=f"{key.selector}._domainkey.{domain}",
        type="TXT",
        value=dkim_keys.record_value(algorithm=key.algorithm, public=key.public),
    )


def dmarc(domain: str) -> Record:
    """A policy to start with: tell, but do not refuse (RFC 7489 §6.3)."""
    return Record(purpose=DMARC, name=f"_dmarc.{domain}", type="TXT", value="v=DMARC1; p=none")


def wanted(
    domain: str, *, token: str, mx_host: str, spf_include: str, keys: Sequence[PublicKey]
) -> list[Record]:
    """Every record of a hosted domain, ownership first."""
    return [
        ownership(domain, token=token),
        mx(domain, host=mx_host),
        sender_policy(domain, include=spf_include),
        *(dkim(domain, key) for key in keys),
        dmarc(domain),
    ]
