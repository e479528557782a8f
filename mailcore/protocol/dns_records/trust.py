"""Records that mail works without: bounces that align, TLS that must hold, reports of it."""

from mailcore.protocol import spf, verp
from mailcore.protocol.dns_records import record
from mailcore.protocol.dns_records.mail import MX_PRIORITY
from mailcore.protocol.dns_records.record import Need, Record


def return_path(domain: str, *, host: str, include: str) -> list[Record]:
    """Bounces come back to a name of the domain's own, so SPF aligns (RFC 7489 §3.1.2)."""
    name = verp.bounce_domain(domain)
    return [
        Record(
            purpose=record.RETURN_PATH,
            name=name,
            type="MX",
            value=host,
            priority=MX_PRIORITY,
            need=Need.RECOMMENDED,
        ),
        Record(
            purpose=record.RETURN_PATH_SPF,
            name=name,
            type="TXT",
            value=spf.new(include),
            need=Need.RECOMMENDED,
        ),
    ]


def mta_sts(domain: str, *, policy_id: str) -> Record:
    """A policy is there, and this is its version (RFC 8461 §3.1)."""
    return Record(
        purpose=record.MTA_STS,
        name=f"_mta-sts.{domain}",
        type="TXT",
        value=f"v=STSv1; id={policy_id}",
        need=Need.RECOMMENDED,
    )


def mta_sts_host(domain: str, *, web_host: str) -> Record:
    """Where the policy is fetched (RFC 8461 §3.3)."""
    return Record(
        purpose=record.MTA_STS_HOST,
        name=f"mta-sts.{domain}",
        type="CNAME",
        value=web_host,
        need=Need.RECOMMENDED,
    )


def tls_reports(domain: str, *, reports_to: str) -> Record:
    """Where senders tell of TLS that failed (RFC 8460 §3)."""
    return Record(
        purpose=record.TLS_RPT,
        name=f"_smtp._tls.{domain}",
        type="TXT",
        value=f"v=TLSRPTv1; rua=mailto:{reports_to}",
        need=Need.RECOMMENDED,
    )
