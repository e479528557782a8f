"""Domains that change hands: offered, accepted, declined, taken back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.portal import guard
from controlplane.portal.wording import sentence
from kernel import ids
from kernel.actor import HAND_OVER, may
from kernel.crypto import Secret
from kernel.errors import ApplicationError, NotAllowed, NotFound
from mailcore.directory.models import HandOver
from mailcore.handover import selectors, services
from tenants.organisations.selectors import list_organisations


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
@guard.page("domains.read", of_reseller=True)
def hand_overs(request: HttpRequest) -> HttpResponse:
    """What is offered to us, and what we offer; a POST brings a code."""
    if request.method == "POST":
        return _do(request, lambda: _redeem(request), _("The domain is offered to you now."))
    return _show(request)


@require_POST
@guard.page(HAND_OVER)
def offer(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Offer a domain; a code is shown this one time."""
    code: Secret | None = None
    try:
        made, code = services.offer(
            actor=guard.actor(request), domain_id=domain_id, to=request.POST.get("to", "").strip()
        )
    except (NotFound, NotAllowed):
        raise
    except ApplicationError as error:
        messages.error(request, sentence(error))
        return redirect("domain", domain_id=domain_id)
    messages.success(request, _("%(name)s is offered.") % {"name": made.domain})
    return _show(request, made=made, code=code)


@require_POST
@guard.page(HAND_OVER)
def accept(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """Take the domain."""
    selectors.get_received(hand_over_id)
    chosen = request.POST.get("organisation", "")
    if chosen not in {one.reference for one in list_organisations()}:
        messages.error(request, _("Choose an organisation that the domain is for."))
        return redirect("hand-overs")
    actor, organisation_id = guard.actor(request), ids.from_public("org", chosen)
    return _do(
        request,
        lambda: services.accept(
            actor=actor, hand_over_id=hand_over_id, organisation_id=organisation_id
        ),
        _("The domain is yours now."),
    )


@require_POST
@guard.page(HAND_OVER)
def decline(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """Do not take it."""
    actor = guard.actor(request)
    return _do(
        request,
        lambda: services.decline(actor=actor, hand_over_id=hand_over_id),
        _("The offer is declined."),
    )


@require_POST
@guard.page(HAND_OVER)
def withdraw(request: HttpRequest, hand_over_id: UUID) -> HttpResponse:
    """Take the offer back."""
    actor = guard.actor(request)
    return _do(
        request,
        lambda: services.withdraw(actor=actor, hand_over_id=hand_over_id),
        _("The offer is taken back."),
    )


def _do(request: HttpRequest, action: Callable[[], object], told: str) -> HttpResponse:
    try:
        action()
    except (NotFound, NotAllowed):
        raise
    except ApplicationError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, told)
    return redirect("hand-overs")


def _redeem(request: HttpRequest) -> HandOver:
    return services.redeem(actor=guard.actor(request), code=request.POST.get("code", ""))


def _show(
    request: HttpRequest, *, made: HandOver | None = None, code: Secret | None = None
) -> HttpResponse:
    mine = guard.reseller_id(request)
    found = list(selectors.list_hand_overs().order_by("-public_id")[:100])
    waiting = [one for one in found if one.to_reseller_id == mine and one.state == "offered"]
    context = {
        "waiting": [(one, selectors.find_moves(one)) for one in waiting],
        "rows": [(one, one.reseller_id == mine) for one in found if one not in waiting],
        "organisations": list_organisations(),
        "made": made,
        "code": code,
        "may_write": may(guard.actor(request), HAND_OVER),
    }
    return render(request, "portal/hand_overs.html", context)
