"""After each counted report: does wanted mail still pass, or must a policy step back?"""

from django.db import transaction

from kernel.actor import SYSTEM
from mailcore.domains import services as domains
from mailcore.domains.models import Domain
from mailcore.domains.states import DomainState, MtaStsMode
from mailcore.feedback.models import ReceivedReport
from mailcore.feedback.reports import evidence
from mailcore.feedback.states import Grade
from mailcore.protocol.reports import dmarc_path, sts_path

FALLEN, REFUSED = "alignment_fell", "sessions_failed"


@transaction.atomic
def judge_dmarc(received: ReceivedReport) -> None:
    """Step back where large receivers say that the domain's own mail fails; as role worker."""
    domain = _judged(received)
    if domain is None or domain.dmarc_changed_at is None:
        return  # what nobody chose here is the owner's own record, which is not ours to loosen
    milder = dmarc_path.step_back(evidence.for_step_back(domain))
    if milder is not None:
        domains.set_dmarc_policy(
            actor=SYSTEM, domain_id=domain.public_id, policy=milder, reason=FALLEN
        )


@transaction.atomic
def judge_tls(received: ReceivedReport) -> None:
    """Go back to testing where large senders can no longer deliver to us; as role worker."""
    domain = _judged(received)
    if domain is None or domain.mta_sts_mode != MtaStsMode.ENFORCE:
        return
    if sts_path.steps_back(evidence.for_mta_sts(domain, is_step_back=True)):
        domains.set_mta_sts_mode(
            actor=SYSTEM, domain_id=domain.public_id, mode=MtaStsMode.TESTING, reason=REFUSED
        )


def _judged(received: ReceivedReport) -> Domain | None:
    """The domain, held; None for a report that cannot move it, and for a domain that is gone."""
    if received.grade != Grade.RECOGNISED:
        return None
    held = Domain.objects.select_for_update(no_key=True)
    return held.filter(public_id=received.domain_id, state=DomainState.VERIFIED).first()
