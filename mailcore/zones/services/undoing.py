"""Put back what a plan changed, where it still stands as we left it."""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction

from kernel import clock
from kernel.actor import SYSTEM
from kernel.ids import to_public
from kernel.outbox import audit
from mailcore.checks import services as checks
from mailcore.protocol.dns_zone import Change, Standing, is_done, simulate, undoing
from mailcore.zones import selectors
from mailcore.zones.models import DnsPlan
from mailcore.zones.ports import ZoneBusy, ZoneEditor, ZoneRefused
from mailcore.zones.services import ownership
from mailcore.zones.services.leases import hold, later, store
from mailcore.zones.services.steps import changes_of, current_of, stored
from mailcore.zones.states import PlanState


def undo_plan(*, plan: DnsPlan, editor: ZoneEditor) -> None:
    """Undo a plan that is `undoing`; safe to run again wherever a run before it ended.

    Blocks for as long as the editor takes. Raises LeaseLost.
    """
    standing: Standing | None = None
    try:
        standing = editor.read(plan.zone, list(current_of(plan)))
        back = _begun(plan, standing)
        pending = [change for change in back if not is_done(standing, change)]
        if pending:
            editor.apply(plan.zone, pending, standing=standing)
            # Done, also when it cannot be read back.
            standing = simulate(standing, pending)
            standing = editor.read(plan.zone, list(current_of(plan)))
    except ZoneBusy as error:
        if not later(plan, code=error.code, wait=error.wait):
            _stop(plan, error.code, standing=None)
    except ZoneRefused as error:
        told = None if standing is None else simulate(standing, error.done)
        _stop(plan, error.code, standing=told)
    else:
        whole = all(is_done(standing, change) for change in back)
        _stop(plan, "" if whole else "dns_plan.ignored", standing=standing)


@transaction.atomic
def _begun(plan: DnsPlan, standing: Standing) -> list[Change]:
    """What is put back: decided once, before the first change."""
    hold(plan)
    if plan.undo is None:
        back, left = undoing(_done(plan, standing), standing=standing)
        ownership.intend(plan, back, standing=standing)
        plan.undo = {
            "steps": stored(back),
            "left": [{**asdict(change), "code": code} for change, code in left],
        }
        store(plan, "undo")
    return changes_of(plan.undo["steps"])


def _done(plan: DnsPlan, standing: Standing) -> list[Change]:
    """What the plan changed: as it was noted, or, where it broke off, as the zone shows."""
    ours = {(one.name, one.type, one.value) for one in selectors.list_owned(plan.domain_id)}
    found = []
    for step, change in zip(plan.steps, changes_of(plan.steps), strict=True):
        is_mine = not change.add or (change.name, change.type, change.value) in ours
        if step["done"] or (is_mine and is_done(standing, change)):
            found.append(change)
    return found


@transaction.atomic
def _stop(plan: DnsPlan, code: str, *, standing: Standing | None) -> None:
    """Undone, or failed on the way: then it can be asked for again."""
    hold(plan)
    if standing is not None and plan.undo is not None:
        changes: Sequence[Change] = changes_of(plan.undo["steps"])
        ownership.settle(plan, changes, standing=standing)
        plan.undo = {**plan.undo, "steps": stored(changes, standing=standing)}
        plan.steps = stored(changes_of(plan.steps), standing=standing)
    plan.state, plan.code, plan.due_at = PlanState.FAILED, code, None
    if not code:
        plan.state, plan.undone_at = PlanState.UNDONE, clock.now()
        subject = to_public("dom", plan.domain_id)
        audit("dns.undone", subject=subject, actor=SYSTEM, data={"plan": plan.reference})
        checks.watch(plan.domain_id)
    store(plan, "undo", "steps", "state", "code", "due_at", "undone_at")
