"""Plan a change of a domain's zone, have it made, have it taken back."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from kernel.actor import Actor, authorise
from kernel.errors import InvalidInput
from kernel.outbox import audit, publish
from mailcore.domains import selectors
from mailcore.domains.errors import NoDnsCredential
from mailcore.domains.instructions import update_sentence
from mailcore.domains.models import DnsCredential, Domain
from mailcore.domains.services.asking import asking
from mailcore.domains.services.editors import editor_of
from mailcore.zones import selectors as zone_selectors
from mailcore.zones import services as zones
from mailcore.zones.errors import ZoneNotWritable, ZoneUnavailable
from mailcore.zones.models import DnsPlan
from mailcore.zones.ports import ZoneBusy, ZoneEditor, ZoneRefused
from mailcore.zones.services.drafting import Subject


def plan_dns(
    *,
    actor: Actor,
    domain_id: UUID,
    credential_id: UUID | None = None,
    replace: Collection[str] = (),
    editor: ZoneEditor | None = None,
) -> DnsPlan:
    """Read the domain's zone and say what would change; raises like `draft_dns_plan`."""
    draft = draft_dns_plan(
        actor=actor,
        domain_id=domain_id,
        credential_id=credential_id,
        replace=replace,
        editor=editor,
    )
    return keep_dns_plan(actor=actor, draft=draft)


def draft_dns_plan(
    *,
    actor: Actor,
    domain_id: UUID,
    credential_id: UUID | None = None,
    replace: Collection[str] = (),
    editor: ZoneEditor | None = None,
) -> zones.Draft:
    """Read the domain's zone and compare; nothing is written anywhere.

    Without `credential_id` the one that the domain is written with. `replace` names the purposes
    for which strangers' conflicting values go. Blocks up to 20 s, so no transaction may be open.
    Raises NotAllowed, NotFound, NoDnsCredential, InvalidInput, TooManyRequests, ZoneUnavailable,
    ZoneNotWritable.
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
    with _told(), asking():
        return zones.draft(subject=subject, editor=editor or editor_of(credential))


@transaction.atomic
def keep_dns_plan(*, actor: Actor, draft: zones.Draft) -> DnsPlan:
    """Store what was drafted; raises NotAllowed, and NotFound when the domain is gone since."""
    authorise(actor, "domains.write")
    domain = selectors.get_seen(draft.subject.domain_id, actor=actor)
    selectors.keep_held(domain)
    plan = zones.keep(draft)
    data: dict[str, object] = {"plan": plan.reference, "replace": plan.replace}
    audit("dns.planned", subject=domain.reference, actor=actor, data=data)
    return plan


def apply_dns_plan(
    *, actor: Actor, domain_id: UUID, plan_id: UUID, editor: ZoneEditor | None = None
) -> DnsPlan:
    """Have a plan carried out, if the zone is still as it was planned for.

    Raises like `check_dns_plan` and `begin_dns_plan`.
    """
    check_dns_plan(actor=actor, domain_id=domain_id, plan_id=plan_id, editor=editor)
    return begin_dns_plan(actor=actor, domain_id=domain_id, plan_id=plan_id)


def check_dns_plan(
    *, actor: Actor, domain_id: UUID, plan_id: UUID, editor: ZoneEditor | None = None
) -> None:
    """Read the zone: may the plan be carried out?

    Blocks up to 20 s, so no transaction may be open. Raises NotAllowed, NotFound, NoDnsCredential,
    the errors of `zones.check_unchanged`, TooManyRequests, ZoneUnavailable, ZoneNotWritable.
    """
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    plan = zone_selectors.get_plan(plan_id, domain_id=domain.public_id)
    credential = _credential(domain, plan.credential_id)
    with _told(), asking():
        zones.check_unchanged(plan=plan, editor=editor or editor_of(credential))


@transaction.atomic
def begin_dns_plan(*, actor: Actor, domain_id: UUID, plan_id: UUID) -> DnsPlan:
    """Have a plan carried out that was checked; what changed since is seen by the worker.

    From then on the domain's records are kept up to date with the plan's credential. Raises
    NotAllowed, NotFound, NoDnsCredential, the errors of `zones.begin`.
    """
    authorise(actor, "domains.write")
    domain = selectors.get_seen(domain_id, actor=actor)
    selectors.keep_held(domain)
    plan = zone_selectors.get_plan(plan_id, domain_id=domain.public_id)
    credential = _credential(domain, plan.credential_id)
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
