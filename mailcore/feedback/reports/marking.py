"""A domain's people say which senders are theirs."""

import re
from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.outbox import audit
from kernel.tenancy import current_reseller_id
from mailcore.domains import selectors as domains
from mailcore.domains.models import Domain
from mailcore.feedback.errors import InvalidSource, TooManySources
from mailcore.feedback.models import SourceMark
from mailcore.protocol.reports.senders import OURS

MOST_MARKS = 500
#: A service, a domain, an address or an IPv6 network, as `senders.source_of` names them.
_NAME = re.compile(r"[a-z0-9_][a-z0-9_.:/-]{0,252}")


@transaction.atomic
def mark_source(*, actor: Actor, domain_id: UUID, source: str, is_known: bool | None) -> Domain:
    """This sender is the domain's own (True), none of its (False), or as we see it (None).

    It may be said before any report names the sender. Raises NotAllowed, NotFound, InvalidSource,
    TooManySources.
    """
    authorise(actor, "domains.write")
    domain = domains.get_seen(domain_id, actor=actor)
    domains.keep_held(domain)
    if source == OURS or not _NAME.fullmatch(source):
        raise InvalidSource(field="name")
    marks = SourceMark.objects.filter(domain_id=domain_id)
    if is_known is None:
        marks.filter(source=source).delete()
    else:
        if marks.exclude(source=source).count() >= MOST_MARKS:
            raise TooManySources
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
