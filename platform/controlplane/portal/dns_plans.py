"""A plan of a domain's zone: see what would change, have it done, have it taken back."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from controlplane.portal import guard, plan_rows
from controlplane.portal.domain_dns import title_of
from controlplane.portal.wording import sentence
from kernel import clock
from kernel.actor import may
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.rest.rates import TooManyRequests
from mailcore.domains import plan_words, selectors, services
from mailcore.domains.models import Domain
from mailcore.zones import selectors as zones
from mailcore.zones.errors import ZoneUnavailable
from mailcore.zones.models import DnsPlan
from mailcore.zones.states import UNDOABLE, WRITING, PlanState

#: So long after it was written the page looks again by itself whether every server shows it.
_WATCHED = timedelta(minutes=15)


@require_POST
@guard.page("domains.write")
def add_plan(request: HttpRequest, domain_id: UUID, credential_id: UUID) -> HttpResponse:
    """Read the zone and say what would change."""
    plan = _done(
        request,
        lambda: services.plan_dns(
            actor=guard.actor(request),
            domain_id=domain_id,
            credential_id=credential_id,
            replace=request.POST.getlist("replace"),
        ),
    )
    if plan is None:
        return redirect("domain-dns", domain_id=domain_id)
    return redirect("domain-dns-plan", domain_id=domain_id, plan_id=plan.pk)


@require_safe
@guard.page("domains.read")
def dns_plan(request: HttpRequest, domain_id: UUID, plan_id: UUID) -> HttpResponse:
    """What would change, or how far it is."""
    domain = selectors.get_seen(domain_id, actor=guard.actor(request))
    plan = zones.get_plan(plan_id, domain_id=domain.public_id)
    now = clock.now()
    is_new = plan.applied_at is not None and now < plan.applied_at + _WATCHED
    context = {
        "domain": domain,
        "plan": plan,
        "sentence": plan_words.plan_sentence(plan.state, plan.code),
        "written_with": _written_with(plan, domain),
        "warnings": plan_rows.warnings(plan),
        "by_hand": plan_rows.by_hand(plan),
        "changes": plan_rows.changes(plan),
        "conflicts": plan_rows.conflicts(plan),
        "standing": plan_rows.standing(plan),
        "strangers": plan_rows.strangers(plan),
        "kept": plan_rows.kept_on_undo(plan),
        "is_open": plan.state == PlanState.PLANNED and now < plan.expires_at,
        "has_expired": plan.state == PlanState.PLANNED and now >= plan.expires_at,
        "is_undoable": plan.state in UNDOABLE and plan.is_begun,
        "may_write": may(guard.actor(request), "domains.write"),
        "watch": plan.state in WRITING or (plan.state == PlanState.APPLIED and is_new),
    }
    return render(request, "portal/dns_plan.html", context)


@require_POST
@guard.page("domains.write")
def apply_plan(request: HttpRequest, domain_id: UUID, plan_id: UUID) -> HttpResponse:
    """Have it carried out."""
    _done(
        request,
        lambda: services.apply_dns_plan(
            actor=guard.actor(request), domain_id=domain_id, plan_id=plan_id
        ),
    )
    return redirect("domain-dns-plan", domain_id=domain_id, plan_id=plan_id)


@require_POST
@guard.page("domains.write")
def undo_plan(request: HttpRequest, domain_id: UUID, plan_id: UUID) -> HttpResponse:
    """Have what stood before put back."""
    _done(
        request,
        lambda: services.undo_dns_plan(
            actor=guard.actor(request), domain_id=domain_id, plan_id=plan_id
        ),
    )
    return redirect("domain-dns-plan", domain_id=domain_id, plan_id=plan_id)


def _done(request: HttpRequest, act: Callable[[], DnsPlan]) -> DnsPlan | None:
    """None when it was refused; why stands in a message then."""
    try:
        return act()
    except (Conflict, InvalidInput, TooManyRequests, ZoneUnavailable) as error:
        messages.error(request, sentence(error))
    return None


def _written_with(plan: DnsPlan, domain: Domain) -> str:
    """The credential in a few words; empty when it is gone."""
    try:
        found = selectors.get_credential(plan.credential_id, organisation_id=domain.organisation_id)
    except NotFound:
        return ""
    return title_of(found)
