"""Records by which mail programs set themselves up."""

from mailcore.protocol.dns_records import record
from mailcore.protocol.dns_records.record import Need, Record

_SRV_WEIGHT = 1


def client_hosts(domain: str, *, web_host: str) -> list[Record]:
    """Names at which programs look for their settings before they know any other."""
    return [
        Record(
            purpose=purpose,
            name=f"{purpose}.{domain}",
            type="CNAME",
            value=web_host,
            need=Need.RECOMMENDED,
        )
        for purpose in (record.AUTOCONFIG, record.AUTODISCOVER)
    ]


def services(domain: str, *, imap_host: str, smtp_host: str) -> list[Record]:
    """The domain's servers (RFC 6186 §3; RFC 8314 §5.1 for submission over TLS), best first."""
    found = [
        ("_imaps", imap_host, 993, 0),
        ("_submissions", smtp_host, 465, 0),
        ("_submission", smtp_host, 587, 10),
        ("_pop3s", imap_host, 995, 10),
        ("_autodiscover", f"autodiscover.{domain}", 443, 0),
    ]
    return [
        Record(
            purpose=record.SRV,
            name=f"{service}._tcp.{domain}",
            type="SRV",
            value=f"{_SRV_WEIGHT} {port} {host}",
            priority=priority,
            need=Need.OPTIONAL,
        )
        for service, host, port, priority in found
    ]
