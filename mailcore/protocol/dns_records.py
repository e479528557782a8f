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
#: What a verdict is kept under: purpose and name.
Key = tuple[str, str]
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

    @property
    def key(self) -> Key:
        """Purpose and name: what tells it from the domain's other records."""
        return self.purpose, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A DKIM key to publish."""

    selector: str
    algorithm: str
    public: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedDomain:
    """All that a domain's records are made of; `token` proves its ownership."""

    name: str
    token: str
    mx_host: str
    spf_include: str
    keys: Sequence[PublicKey]
    dmarc_policy: str = "none"


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
        name=dkim_name(domain, selector=key.selector),
        type="TXT",
        value=dkim_keys.record_value(algorithm=key.algorithm, public=key.public),
    )


def dkim_name(domain: str, *, selector: str) -> str:
    """Where a DKIM key stands (RFC 6376 §3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def dmarc(domain: str, *, policy: str) -> Record:
    """What receivers are asked to do with forged mail (RFC 7489 §6.3)."""
    return Record(purpose=DMARC, name=dmarc_name(domain), type="TXT", value=f"v=DMARC1; p={policy}")


def dmarc_name(domain: str) -> str:
    """Where a domain's DMARC policy stands (RFC 7489 §6.1)."""
    return f"_dmarc.{domain}"


def wanted(domain: HostedDomain) -> list[Record]:
    """Every record of a hosted domain, ownership first."""
    return [
        ownership(domain.name, token=domain.token),
        mx(domain.name, host=domain.mx_host),
        sender_policy(domain.name, include=domain.spf_include),
        *(dkim(domain.name, key) for key in domain.keys),
        dmarc(domain.name, policy=domain.dmarc_policy),
    ]
