"""Where a domain stands on the way to a strict policy, with its evidence."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q

from mailcore.checks import selectors as checks
from mailcore.domains.models import Domain
from mailcore.feedback.models import ReceivedReport
from mailcore.feedback.reports import evidence
from mailcore.feedback.reports.evidence import DmarcDay, TlsDay
from mailcore.feedback.states import ReportKind, ReportState
from mailcore.protocol import dmarc, dns_records
from mailcore.protocol.reports import dmarc_path, sts_path
from mailcore.protocol.reports.dmarc_path import Judgement
from mailcore.protocol.reports.sts_path import TlsJudgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How many reports came in the time they are kept: counted, not used, and by how many senders."""

    counted: int
    unused: int
    reporters: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcGuide:
    """`published` is the policy that DNS showed last, '' where it showed none."""

    policy: str
    published: str
    changed_at: datetime | None
    judgement: Judgement
    days: list[DmarcDay]
    intake: Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsGuide:
    """The same of TLS on the way in."""

    mode: str
    changed_at: datetime | None
    judgement: TlsJudgement
    days: list[TlsDay]
    failures: list[evidence.TlsFailure]
    intake: Intake


def of_dmarc(domain: Domain) -> DmarcGuide:
    """The domain's policy, what stands in DNS, and the next step."""
    days = evidence.dmarc_days(domain.public_id, days=dmarc_path.WINDOW)
    return DmarcGuide(
        policy=domain.dmarc_policy,
        published=_published(domain),
        changed_at=domain.dmarc_changed_at,
        judgement=dmarc_path.judge(evidence.for_next_step(domain, days=days)),
        days=days,
        intake=_intake(domain.public_id, ReportKind.DMARC),
    )


def of_tls(domain: Domain) -> TlsGuide:
    """The domain's MTA-STS mode and the next step."""
    return TlsGuide(
        mode=domain.mta_sts_mode,
        changed_at=domain.mta_sts_changed_at,
        judgement=sts_path.judge(evidence.for_mta_sts(domain)),
        days=evidence.tls_days(domain.public_id, days=dmarc_path.WINDOW),
        failures=evidence.tls_failures(domain.public_id, days=dmarc_path.WINDOW),
        intake=_intake(domain.public_id, ReportKind.TLS),
    )


def _published(domain: Domain) -> str:
    key = (dns_records.DMARC, dns_records.dmarc_name(domain.name))
    last = checks.list_verdicts(domain.public_id).get(key)
    return dmarc.policy_of(dmarc.read(last.found)) if last else ""


def _intake(domain_id: UUID, kind: ReportKind) -> Intake:
    counted = Q(state=ReportState.COUNTED)
    found = ReceivedReport.objects.filter(domain_id=domain_id, kind=kind).aggregate(
        counted=Count("pk", filter=counted),
        unused=Count("pk", filter=Q(state=ReportState.PARKED)),
        reporters=Count("sender", filter=counted, distinct=True),
        last_at=Max("received_at", filter=counted),
    )
    return Intake(**found)
