"""A domain's people say which senders are theirs."""

from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.errors import NotFound
from kernel.outbox import audit
from kernel.tenancy import current_reseller_id
from mailcore.domains import selectors as domains
from mailcore.domains.models import Domain
from mailcore.feedback.models import DmarcSum, SourceMark
from mailcore.protocol.reports.senders import OURS


@transaction.atomic
def mark_source(*, actor: Actor, domain_id: UUID, source: str, is_known: bool | None) -> Domain:
    """This sender is the domain's own (True), none of its (False), or as we see it (None).

    Raises NotAllowed, and NotFound also for a source that no report has named.
    """
    authorise(actor, "domains.write")
    domain = domains.get_seen(domain_id, actor=actor)
    named = DmarcSum.objects.filter(domain_id=domain_id, source=source)
    if source in {"", OURS} or not named.exists():
        raise NotFound
    if is_known is None:
        SourceMark.objects.filter(domain_id=domain_id, source=source).delete()
    else:
        SourceMark.objects.update_or_create(
            domain_id=domain_id,
            source=source,
            defaults={
                "reseller_id": current_reseller_id(),
                "is_known": is_known,
                "marked_at": clock.now(),
            },
        )
    data: dict[str, object] = {"source": source, "is_known": is_known}
    audit("dmarc.source_marked", subject=domain.reference, actor=actor, data=data)
    return domain
