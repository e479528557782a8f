"""Carry out a plan: note what we mean to write, write it, read it back."""

from collections.abc import Sequence

from django.db import transaction

from kernel import clock
from kernel.actor import SYSTEM
from kernel.ids import to_public
from kernel.outbox import audit, publish
from mailcore.checks import services as checks
from mailcore.protocol.dns_plan import UNSUPPORTED
from mailcore.protocol.dns_zone import Change, Standing, fingerprint, is_done, simulate
from mailcore.zones.models import DnsPlan
from mailcore.zones.ports import ZoneBusy, ZoneEditor, ZoneRefused
from mailcore.zones.services import ownership
from mailcore.zones.services.leases import hold, later, store
from mailcore.zones.services.steps import changes_of, current_of, places_of, stored
from mailcore.zones.states import PlanState


def apply_plan(*, plan: DnsPlan, editor: ZoneEditor) -> None:
    """Apply a plan that is `applying`; safe to run again wherever a run before it ended.

    Blocks for as long as the editor takes. Raises LeaseLost.
    """
    changes = changes_of(plan.steps)
    standing: Standing | None = None
    try:
        standing = editor.read(plan.zone, list(current_of(plan)))
        if _is_other_zone(plan, changes, standing):
            return _fail(plan, "dns_plan.changed", standing=standing)
        _intend(plan, changes, standing)
        pending = [change for change in changes if not is_done(standing, change)]
        if pending:
            editor.apply(plan.zone, pending, standing=standing)
            # Ours from now on, also when it cannot be read back.
            standing = simulate(standing, pending)
        standing = editor.read(plan.zone, places_of(changes))
    except ZoneBusy as error:
        if later(plan, code=error.code, wait=error.wait):
            return None
        return _fail(plan, error.code, standing=_last_look(plan, editor, changes))
    except ZoneRefused as error:
        # What was refused is not ours, whoever writes the same a moment later.
        told = None if standing is None else simulate(standing, error.done)
        return _fail(plan, error.code, standing=told)
    return _conclude(plan, changes, standing)


def _is_other_zone(plan: DnsPlan, changes: Sequence[Change], standing: Standing) -> bool:
    """Whether the zone is not as planned for, and not so because of us."""
    if plan.is_begun and any(is_done(standing, change) for change in changes):
        return False
    return fingerprint(standing) != plan.fingerprint


@transaction.atomic
def _intend(plan: DnsPlan, changes: Sequence[Change], standing: Standing) -> None:
    hold(plan)
    if not plan.is_begun:
        ownership.intend(plan, changes, standing=standing)
        plan.is_begun = True
        store(plan, "is_begun")


def _last_look(plan: DnsPlan, editor: ZoneEditor, changes: Sequence[Change]) -> Standing | None:
    """The zone, or None when it cannot be read: then the next plan finds out what we wrote."""
    try:
        return editor.read(plan.zone, places_of(changes))
    except (ZoneBusy, ZoneRefused):
        return None


def outcome_of(plan: DnsPlan) -> str:
    """What is told of upkeep: `ok`, what a person has to do beside, or why it failed.

    `partly` where strangers' records stand in the way, `by_hand` where the rest cannot be written.
    """
    if plan.code:
        return plan.code
    if all(one["code"] == UNSUPPORTED for one in plan.warnings):
        return "by_hand" if plan.warnings else "ok"
    return "partly"


@transaction.atomic
def give_up(*, plan: DnsPlan, code: str) -> None:
    """The zone cannot even be asked for; raises LeaseLost."""
    _fail(plan, code, standing=None)


def put_off(*, plan: DnsPlan, code: str) -> None:
    """The zone cannot be asked for now; raises LeaseLost."""
    if not later(plan, code=code):
        give_up(plan=plan, code=code)


@transaction.atomic
def _fail(plan: DnsPlan, code: str, *, standing: Standing | None) -> None:
    hold(plan)
    changes = changes_of(plan.steps)
    if standing is not None and plan.is_begun:
        ownership.settle(plan, changes, standing=standing)
        plan.steps = stored(changes, standing=standing)
    plan.state, plan.code, plan.due_at = PlanState.FAILED, code, None
    store(plan, "state", "code", "due_at", "steps")


@transaction.atomic
def _conclude(plan: DnsPlan, changes: Sequence[Change], standing: Standing) -> None:
    if not all(is_done(standing, change) for change in changes):
        # RFC 2136 §3.4.2.2: a server passes over what cannot stand beside an alias, and says yes.
        return _fail(plan, "dns_plan.ignored", standing=standing)
    hold(plan)
    ownership.settle(plan, changes, standing=standing)
    now = clock.now()
    plan.steps, plan.state, plan.code = stored(changes, standing=standing), PlanState.APPLIED, ""
    plan.applied_at, plan.due_at, plan.tries = now, now, 0
    store(plan, "steps", "state", "code", "applied_at", "due_at", "tries")
    checks.watch(plan.domain_id)
    _tell(plan)
    return None


def _tell(plan: DnsPlan) -> None:
    subject = to_public("dom", plan.domain_id)
    data: dict[str, object] = {
        "domain_id": str(plan.domain_id),
        "plan": plan.reference,
        "added": sum(step["add"] for step in plan.steps),
        "removed": sum(not step["add"] for step in plan.steps),
    }
    audit("dns.applied", subject=subject, actor=SYSTEM, data=data)
    publish("dns.applied", subject=subject, data=data)
