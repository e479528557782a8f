"""Plan a change of a domain's zone, have it made, have it taken back; and the work itself."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from kernel.actor import Actor, authorise
from kernel.dns.ports import Exchange
from kernel.errors import InvalidInput, NotFound
from kernel.outbox import audit, publish
from mailcore.checks import services as checks
from mailcore.domains import selectors
from mailcore.domains.errors import NoDnsCredential
from mailcore.domains.instructions import update_sentence
from mailcore.domains.models import DnsCredential, Domain
from mailcore.domains.services.editors import editor_of
from mailcore.domains.services.publishing import ZONE_CHANGED, next_try
from mailcore.zones import selectors as zone_selectors
from mailcore.zones import services as zones
from mailcore.zones.errors import LeaseLost, ZoneNotWritable, ZoneUnavailable
from mailcore.zones.models import DnsPlan
from mailcore.zones.ports import ZoneBusy, ZoneEditor, ZoneRefused
from mailcore.zones.services.drafting import Subject
from mailcore.zones.states import Origin
from mailcore.zones.states import PlanState as State

log = logging.getLogger(__name__)


def plan_dns(
    *,
    actor: Actor,
    domain_id: UUID,
    credential_id: UUID | None = None,
    replace: Collection[str] = (),
    editor: ZoneEditor | None = None,
) -> DnsPlan:
    """Read the domain's zone and say what would change; nothing is written there.

    Without `credential_id` the one that the domain is written with. `replace` names the purposes
    for which strangers' conflicting values go. Blocks up to 20 s. Raises NotAllowed, NotFound,
    NoDnsCredential, InvalidInput, ZoneUnavailable, ZoneNotWritable.
    """
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    credential = _credential(domain, credential_id)
    wanted = selectors.expected_records(domain)
    known = {record.purpose for record in wanted}
    if not known.issuperset(replace):
        message = "This is one of: " + ", ".join(sorted(known)) + "."
        raise InvalidInput(message, field="replace")
    subject = Subject(
        domain_id=domain.public_id,
        credential_id=credential.public_id,
        name=domain.name,
        wanted=wanted,
        replace=replace,
    )
    with _told():
        plan = zones.draft(subject=subject, editor=editor or editor_of(credential))
    data: dict[str, object] = {"plan": plan.reference, "replace": plan.replace}
    audit("dns.planned", subject=domain.reference, actor=actor, data=data)
    return plan


def apply_dns_plan(
    *, actor: Actor, domain_id: UUID, plan_id: UUID, editor: ZoneEditor | None = None
) -> DnsPlan:
    """Have a plan carried out, if the zone is still as it was planned for.

    From then on the domain's records are kept up to date with the plan's credential. Raises
    NotAllowed, NotFound, NoDnsCredential, the errors of `zones.begin`, ZoneUnavailable,
    ZoneNotWritable.
    """
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    plan = zone_selectors.get_plan(plan_id, domain_id=domain.public_id)
    credential = _credential(domain, plan.credential_id)
    with _told():
        # Read outside the transaction; what changes after that is seen by the worker.
        zones.check_unchanged(plan=plan, editor=editor or editor_of(credential))
    with transaction.atomic():
        selectors.keep_held(domain)
        plan = zones.begin(plan=plan)
        zones.grant_access(domain_id=domain_id, credential_id=credential.public_id)
        _ask(domain, plan, actor, "dns.apply_requested")
    return plan


@transaction.atomic
def undo_dns_plan(*, actor: Actor, domain_id: UUID, plan_id: UUID) -> DnsPlan:
    """Have put back what a plan changed, where it stands as we left it.

    The domain's records are not kept up to date any more until a plan is applied again. Raises
    NotAllowed, NotFound, zones.PlanState, zones.PlanBusy.
    """
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    plan = zone_selectors.get_plan(plan_id, domain_id=domain.public_id)
    plan = zones.begin_undo(plan=plan)
    zones.drop_access(domain_id=domain_id)
    _ask(domain, plan, actor, "dns.undo_requested")
    return plan


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


def _credential(domain: Domain, credential_id: UUID | None) -> DnsCredential:
    if credential_id is None:
        found = selectors.find_credential(domain)
        if found is None:
            raise NoDnsCredential
        return found
    return selectors.get_credential(credential_id, organisation_id=domain.organisation_id)


def _ask(domain: Domain, plan: DnsPlan, actor: Actor, action: str) -> None:
    audit(action, subject=domain.reference, actor=actor, data={"plan": plan.reference})
    publish(
        "domain.dns_update_requested",
        subject=domain.reference,
        data={"domain_id": str(domain.public_id)},
        actor=actor,
    )


@contextmanager
def _told() -> Iterator[None]:
    """A server's failure as a problem of the caller's request."""
    try:
        yield
    except ZoneBusy as error:
        raise ZoneUnavailable(reason=update_sentence(error.code)) from error
    except ZoneRefused as error:
        raise ZoneNotWritable(reason=update_sentence(error.code)) from error
