"""What an owner's own DMARC record says is kept: nothing that stood in DNS is loosened or lost."""

from collections.abc import Mapping

from django.conf import settings

from kernel.actor import SYSTEM
from kernel.outbox import audit
from mailcore.checks.models import RecordVerdict
from mailcore.domains.models import Domain
from mailcore.protocol import dmarc, dns_records
from mailcore.protocol.dns_records import Key
from mailcore.protocol.verdicts import Outcome

_READABLE = frozenset({Outcome.MATCH, Outcome.CONFLICT})


def draw(domain: Domain, rows: Mapping[Key, RecordVerdict]) -> None:
    """Take the tags of the record in DNS over; and its policy, until one was chosen here."""
    row = rows.get((dns_records.DMARC, dns_records.dmarc_name(domain.name)))
    tags = dmarc.read(row.found) if row is not None and row.verdict in _READABLE else {}
    policy = dmarc.policy_of(tags)
    if not policy:
        return
    kept = dmarc.kept(tags, reports_to=f"@{settings.REPORTS_DOMAIN}")
    if domain.dmarc_changed_at is not None:
        policy = domain.dmarc_policy
    if (policy, kept) == (domain.dmarc_policy, domain.dmarc_tags):
        return
    domain.dmarc_policy, domain.dmarc_tags = policy, kept
    domain.save(update_fields=["dmarc_policy", "dmarc_tags"])
    found: dict[str, object] = {"policy": policy, "tags": kept}
    audit("dmarc.found", subject=domain.reference, actor=SYSTEM, data=found)
