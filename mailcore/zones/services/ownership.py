"""Which values in a zone are ours: said before we write them, confirmed by reading them back."""

from collections.abc import Sequence

from kernel.tenancy import current_reseller_id
from mailcore.protocol.dns_zone import Change, Standing, has
from mailcore.zones.models import DnsPlan, OwnedRecord


def intend(plan: DnsPlan, changes: Sequence[Change], *, standing: Standing) -> None:
    """Note what we are about to add; what stands there already is somebody's, and stays theirs."""
    OwnedRecord.objects.bulk_create(
        [
            OwnedRecord(
                reseller_id=current_reseller_id(),
                domain_id=plan.domain_id,
                plan_id=plan.pk,
                name=change.name,
                type=change.type,
                value=change.value,
                ttl=change.ttl,
                replaces=change.replaces,
            )
            for change in changes
            if change.add and change.is_ours and not has(standing, change)
        ],
        ignore_conflicts=True,
    )


def settle(plan: DnsPlan, changes: Sequence[Change], *, standing: Standing) -> None:
    """Keep what the zone shows, forget the rest: what was not written, and what is gone."""
    for change in changes:
        row = OwnedRecord.objects.filter(
            domain_id=plan.domain_id, name=change.name, type=change.type, value=change.value
        )
        if not has(standing, change):
            row.delete()
        elif change.add:
            row.filter(plan_id=plan.pk).update(is_confirmed=True)


def forget_intents(plan: DnsPlan) -> None:
    """Nothing of the plan was written, for sure."""
    OwnedRecord.objects.filter(plan_id=plan.pk, is_confirmed=False).delete()
