"""A person's word: apply this plan, take it back."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel import clock
from kernel.errors import NotFound
from mailcore.protocol.dns_zone import fingerprint
from mailcore.zones.errors import PlanBusy, PlanExpired, PlanState, ZoneChanged
from mailcore.zones.models import DnsPlan
from mailcore.zones.ports import ZoneEditor
from mailcore.zones.services.leases import LEASE
from mailcore.zones.services.steps import current_of
from mailcore.zones.states import UNDOABLE
from mailcore.zones.states import PlanState as State


def check_unchanged(*, plan: DnsPlan, editor: ZoneEditor) -> None:
    """Read the zone: is it still as planned for, and the plan fit to be applied?

    Raises PlanState, PlanExpired, ZoneChanged, ZoneBusy, ZoneRefused.
    """
    if plan.state != State.PLANNED:
        raise PlanState
    if plan.expires_at <= clock.now():
        raise PlanExpired
    if fingerprint(editor.read(plan.zone, list(current_of(plan)))) != plan.fingerprint:
        raise ZoneChanged


def begin(*, plan: DnsPlan, by_caller: bool = False) -> DnsPlan:
    """Let a worker apply the plan, or the caller in a moment; raises PlanState, PlanBusy."""
    due_at = clock.now() + (LEASE if by_caller else timedelta(0))
    return _move(plan.pk, to=State.APPLYING, out_of=(State.PLANNED,), due_at=due_at)


def begin_undo(*, plan: DnsPlan) -> DnsPlan:
    """Let a worker put back what the plan changed; raises PlanState, PlanBusy."""
    if plan.state not in UNDOABLE or not plan.is_begun:  # nothing was ever written
        raise PlanState
    return _move(plan.pk, to=State.UNDOING, out_of=UNDOABLE, due_at=clock.now())


def _move(plan_id: UUID, *, to: str, out_of: tuple[str, ...], due_at: datetime) -> DnsPlan:
    try:
        with transaction.atomic():
            plan = DnsPlan.objects.select_for_update(no_key=True).filter(pk=plan_id).first()
            if plan is None:
                raise NotFound
            if plan.state not in out_of:
                raise PlanState
            plan.state, plan.code, plan.tries = to, "", 0
            plan.due_at, plan.lease, plan.undo = due_at, plan.lease + 1, None
            plan.save(update_fields=["state", "code", "tries", "due_at", "lease", "undo"])
    except IntegrityError as error:  # `dns_plan_writing`: another plan came first
        raise PlanBusy from error
    return plan
