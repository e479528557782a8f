"""The records without which mail neither comes nor is believed."""

from dataclasses import dataclass

from mailcore.protocol import dkim_keys, spf
from mailcore.protocol import dmarc as dmarc_record
from mailcore.protocol.dns_records import record
from mailcore.protocol.dns_records.record import Record

#: The label names no company: it stands in the client's own DNS.
_OWNERSHIP_LABEL = "_mail-ownership"
MX_PRIORITY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A DKIM key to publish."""

    selector: str
    algorithm: str
    public: str


def ownership(domain: str, *, token: str) -> Record:
    """The TXT record that proves control of the domain."""
    return Record(
        purpose=record.OWNERSHIP,
        name=f"{_OWNERSHIP_LABEL}.{domain}",
        type="TXT",
        value=f"mail-ownership={token}",
    )


def mx(domain: str, *, host: str) -> Record:
    """Mail for the domain goes to our host (RFC 5321 §5)."""
    return Record(purpose=record.MX, name=domain, type="MX", value=host, priority=MX_PRIORITY)


def sender_policy(domain: str, *, include: str) -> Record:
    """Our egress addresses may send for the domain (RFC 7208)."""
    return Record(purpose=record.SPF, name=domain, type="TXT", value=spf.new(include))


def dkim(domain: str, key: PublicKey) -> Record:
    """The public key of a selector (RFC 6376 §3.6.2)."""
    return Record(
        purpose=record.DKIM_RSA if key.algorithm == dkim_keys.RSA else record.DKIM_ED25519,
        name=dkim_name(domain, selector=key.selector),
        type="TXT",
        value=dkim_keys.record_value(algorithm=key.algorithm, public=key.public),
    )


def dkim_name(domain: str, *, selector: str) -> str:
    """Where a DKIM key stands (RFC 6376 §3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def dmarc(
    domain: str, *, policy: str, reports_to: str = "", tags: str = "", is_chosen: bool = False
) -> Record:
    """What receivers are asked to do with forged mail (RFC 7489 §6.3), and where they tell it.

    `tags` are the owner's own, which stay as they are.
    """
    return Record(
        purpose=record.DMARC,
        name=dmarc_name(domain),
        type="TXT",
        value=dmarc_record.compose(policy=policy, tags=tags, reports_to=reports_to),
        is_chosen=is_chosen,
    )


def dmarc_name(domain: str) -> str:
    """Where a domain's DMARC policy stands (RFC 7489 §6.1)."""
    return f"_dmarc.{domain}"
