"""Make a plan: read the zone and compare, then store; nothing is changed."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from kernel import clock
from kernel.tenancy import current_reseller_id
from mailcore.protocol import dns_plan, dns_zone
from mailcore.protocol.dns_plan import Owned, Plan
from mailcore.protocol.dns_records import Record
from mailcore.zones import selectors
from mailcore.zones.models import DnsPlan, OwnedRecord
from mailcore.zones.ports import ZoneEditor
from mailcore.zones.services.access import drop_access
from mailcore.zones.services.steps import stored, stored_sets
from mailcore.zones.states import MOVING, Origin

#: So long may somebody think about a plan.
LIFETIME = timedelta(hours=1)
#: A domain keeps so many plans; none is kept longer than `_KEEP`.
_MOST = 20
_KEEP = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose zone it is and what it should show; `name` is the domain's."""

    domain_id: UUID
    credential_id: UUID
    name: str
    wanted: Sequence[Record]
    replace: Collection[str] = ()
    origin: str = Origin.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A plan that is not stored, and the zone as it was read."""

    subject: Subject
    plan: Plan
    zone: str
    standing: dns_zone.Standing


def draft(*, subject: Subject, editor: ZoneEditor) -> Draft:
    """Read the zone and compare; to be called outside any transaction.

    Raises ZoneBusy and ZoneRefused.
    """
    ours = selectors.list_owned(subject.domain_id)
    zone = editor.zone_of(subject.name)
    standing = editor.read(zone, dns_plan.places(subject.wanted, ours=ours))
    made = dns_plan.make(
        subject.wanted,
        current=standing,
        ours=ours,
        replace=frozenset(subject.replace),
        types=editor.types,
    )
    return Draft(subject=subject, plan=made, zone=zone, standing=standing)


@transaction.atomic
def keep(draft: Draft) -> DnsPlan:
    """The draft as a plan, stored; upkeep that finds nothing to do keeps none."""
    subject, made = draft.subject, draft.plan
    plan = DnsPlan(
        reseller_id=current_reseller_id(),
        domain_id=subject.domain_id,
        credential_id=subject.credential_id,
        origin=subject.origin,
        zone=draft.zone,
        fingerprint=dns_zone.fingerprint(draft.standing),
        replace=sorted(subject.replace),
        current=stored_sets(draft.standing),
        steps=stored(made.changes),
        left=[asdict(one) for one in made.left],
        warnings=[asdict(one) for one in made.warnings],
        expires_at=clock.now() + LIFETIME,
    )
    if plan.steps or subject.origin == Origin.PERSON:
        _make_room(subject.domain_id)
        plan.save(force_insert=True)
    return plan


def _make_room(domain_id: UUID) -> None:
    """The oldest plans that nobody works on go."""
    kept = selectors.list_plans(domain_id).order_by("-public_id")[: _MOST - 1]
    old = selectors.list_plans(domain_id).exclude(pk__in=list(kept.values_list("pk", flat=True)))
    old.exclude(state__in=MOVING).delete()


def forget_domain(domain_id: UUID) -> None:
    """The domain is given up: its plans go, and its zone keeps what stands there."""
    drop_access(domain_id=domain_id)
    DnsPlan.objects.filter(domain_id=domain_id).delete()
    OwnedRecord.objects.filter(domain_id=domain_id).delete()


def forget_old_plans() -> int:
    """Delete plans of which nobody thinks any more, over all resellers; as role worker."""
    old = DnsPlan.objects.filter(created_at__lt=clock.now() - _KEEP, due_at=None)
    return old.delete()[0]


def write(editor: ZoneEditor, wanted: Sequence[Record], *, ours: Sequence[Owned]) -> Plan:
    """Plan and apply at once, in a zone of our own; raises ZoneBusy, ZoneRefused."""
    # The shortest name is the domain itself: the zone that holds it holds the others too.
    zone = editor.zone_of(min((record.name for record in wanted), key=len))
    standing = editor.read(zone, dns_plan.places(wanted, ours=ours))
    plan = dns_plan.make(wanted, current=standing, ours=ours, types=editor.types)
    if plan.changes:
        editor.apply(zone, plan.changes, standing=standing)
    return plan
