"""What a worker does for a plan of a zone: change it, look at it, put it back."""

import logging
from uuid import UUID

from kernel.dns.ports import Exchange
from kernel.errors import NotFound
from mailcore.checks import services as checks
from mailcore.domains import selectors
from mailcore.domains.errors import NoDnsCredential
from mailcore.domains.services.editors import editor_of
from mailcore.domains.services.publishing import ZONE_CHANGED, next_try
from mailcore.zones import services as zones
from mailcore.zones.errors import LeaseLost
from mailcore.zones.models import DnsPlan
from mailcore.zones.ports import ZoneBusy, ZoneEditor, ZoneRefused
from mailcore.zones.states import Origin
from mailcore.zones.states import PlanState as State

log = logging.getLogger(__name__)


def work_on_plan(
    *, plan_id: UUID, editor: ZoneEditor | None = None, exchange: Exchange | None = None
) -> DnsPlan:
    """Do the next thing for a plan that was claimed: change, take back, or look; as it is stored.

    Safe to run twice and half. Blocks up to a minute. Raises DnsPlan.DoesNotExist.
    """
    plan = DnsPlan.objects.get(pk=plan_id)
    try:
        if plan.state == State.APPLIED:
            zones.verify_plan(plan=plan, exchange=exchange)
        elif plan.state in {State.APPLYING, State.UNDOING}:
            _write(plan, editor)
    except LeaseLost:
        log.info("somebody else works on plan %s", plan.reference)
    plan = DnsPlan.objects.get(pk=plan_id)
    if plan.origin == Origin.UPKEEP:
        code = zones.outcome_of(plan)
        again = next_try(domain_id=plan.domain_id) if code == ZONE_CHANGED else None
        checks.plan_ended(domain_id=plan.domain_id, code=code, again_in=again)
    return plan


def _write(plan: DnsPlan, editor: ZoneEditor | None) -> None:
    try:
        editor = editor or editor_of(selectors.get_credential(plan.credential_id))
    except NotFound:
        return zones.give_up(plan=plan, code=NoDnsCredential.code)
    except ZoneRefused as error:
        return zones.give_up(plan=plan, code=error.code)
    except ZoneBusy as error:
        return zones.put_off(plan=plan, code=error.code)
    if plan.state == State.APPLYING:
        return zones.apply_plan(plan=plan, editor=editor)
    return zones.undo_plan(plan=plan, editor=editor)
