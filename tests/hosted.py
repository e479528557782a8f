"""A hosted domain as the services describe it to the protocol package."""

from collections.abc import Sequence

from mailcore.protocol.dns_records import HostedDomain, PublicKey


def hosted(name: str, *, keys: Sequence[PublicKey] = (), **changed: str) -> HostedDomain:
    """A domain at `infra.test`; `changed` are other values for its texts."""
    given = {
        "token": "t0ken",
        "mx_host": "mx.infra.test",
        "spf_include": "spf.infra.test",
        "imap_host": "imap.infra.test",
        "smtp_host": "smtp.infra.test",
        "web_host": "web.infra.test",
        "dmarc_reports": "dmarc-x@reports.infra.test",
        "tls_reports": "tls-x@reports.infra.test",
        "policy_id": "1",
        **changed,
    }
    return HostedDomain(name=name, keys=keys, **given)
