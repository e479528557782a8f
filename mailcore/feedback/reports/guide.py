"""Where a domain stands on the way to a strict policy, with its evidence."""

from dataclasses import dataclass
from datetime import datetime

from mailcore.checks import selectors as checks
from mailcore.domains.models import Domain
from mailcore.feedback.reports import evidence
from mailcore.feedback.reports.evidence import DmarcWindow, TlsWindow
from mailcore.protocol import dmarc, dns_records
from mailcore.protocol.reports import dmarc_path, sts_path
from mailcore.protocol.reports.dmarc_path import Judgement
from mailcore.protocol.reports.sts_path import TlsJudgement


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcGuide:
    """`published` is the policy that DNS showed last, '' where it showed none."""

    policy: str
    published: str
    changed_at: datetime | None
    judgement: Judgement
    seen: DmarcWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsGuide:
    """The same of TLS on the way in."""

    mode: str
    changed_at: datetime | None
    judgement: TlsJudgement
    seen: TlsWindow


def of_dmarc(domain: Domain) -> DmarcGuide:
    """The domain's policy, what stands in DNS, and the next step."""
    seen = evidence.dmarc_window(domain.public_id)
    return DmarcGuide(
        policy=domain.dmarc_policy,
        published=_published(domain),
        changed_at=domain.dmarc_changed_at,
        judgement=dmarc_path.judge(evidence.for_next_step(domain, seen=seen)),
        seen=seen,
    )


def of_tls(domain: Domain) -> TlsGuide:
    """The domain's MTA-STS mode and the next step."""
    return TlsGuide(
        mode=domain.mta_sts_mode,
        changed_at=domain.mta_sts_changed_at,
        judgement=sts_path.judge(evidence.for_mta_sts(domain)),
        seen=evidence.tls_window(domain.public_id),
    )


def _published(domain: Domain) -> str:
    key = (dns_records.DMARC, dns_records.dmarc_name(domain.name))
    last = checks.list_verdicts(domain.public_id).get(key)
    return dmarc.policy_of(dmarc.read(last.found)) if last else ""
