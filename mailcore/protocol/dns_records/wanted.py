"""Every record of a hosted domain."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailcore.protocol.dns_records import clients, hosted, mail, trust
from mailcore.protocol.dns_records.mail import PublicKey
from mailcore.protocol.dns_records.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedDomain:
    """All that a domain's records are made of; `token` proves its ownership.

    `dmarc_reports`, `tls_reports` are addresses, `policy_id` is that of the MTA-STS policy,
    `web_host` the name of our web. `records_zone`: where we keep what the client's CNAMEs point
    to, this domain's label first; empty where the client publishes the records themselves.
    """

    name: str
    token: str
    mx_host: str
    spf_include: str
    imap_host: str
    smtp_host: str
    web_host: str
    keys: Sequence[PublicKey]
    dmarc_policy: str = "none"
    dmarc_tags: str = ""
    is_dmarc_chosen: bool = False
    dmarc_reports: str
    tls_reports: str
    policy_id: str
    records_zone: str = ""


def wanted(domain: HostedDomain) -> list[Record]:
    """Every record to publish, ownership first."""
    records = _all(domain)
    if domain.records_zone:
        return hosted.pointing(records, domain=domain.name, zone=domain.records_zone)
    return records


def targets(domain: HostedDomain) -> list[Record]:
    """What we publish in the records zone; raises ValueError where the domain has no place there."""
    if not domain.records_zone:
        raise ValueError(domain.name)
    return hosted.targets(_all(domain), domain=domain.name, zone=domain.records_zone)


def _all(domain: HostedDomain) -> list[Record]:
    name = domain.name
    return [
        mail.ownership(name, token=domain.token),
        mail.mx(name, host=domain.mx_host),
        mail.sender_policy(name, include=domain.spf_include),
        *(mail.dkim(name, key) for key in domain.keys),
        mail.dmarc(
            name,
            policy=domain.dmarc_policy,
            reports_to=domain.dmarc_reports,
            tags=domain.dmarc_tags,
            is_chosen=domain.is_dmarc_chosen,
        ),
        *trust.return_path(name, host=domain.mx_host, include=domain.spf_include),
        trust.mta_sts(name, policy_id=domain.policy_id),
        trust.mta_sts_host(name, web_host=domain.web_host),
        trust.tls_reports(name, reports_to=domain.tls_reports),
        *clients.client_hosts(name, web_host=domain.web_host),
        *clients.services(name, imap_host=domain.imap_host, smtp_host=domain.smtp_host),
    ]
