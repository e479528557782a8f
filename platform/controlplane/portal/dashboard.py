"""The first page after the login: what there is, what to do next, what it cost so far."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.metering.selectors import list_month_so_far
from controlplane.portal import guard
from kernel import clock
from kernel.actor import may
from mailcore.delivery.streams.selectors import list_paused
from mailcore.domains import selectors as domain_selectors
from mailcore.domains.alarms import list_open
from mailcore.domains.states import DomainState
from mailcore.handover.selectors import list_waiting
from mailcore.holds.selectors import list_seen
from mailcore.mailboxes import selectors as mailboxes
from tenants.organisations.selectors import list_organisations


@require_safe
@guard.page()
def dashboard(request: HttpRequest) -> HttpResponse:
    """Counts, the next step, and usage of the month where the role may see it."""
    now, caller = clock.now(), guard.actor(request)
    domains = domain_selectors.list_seen(caller)
    context: dict[str, object] = {"now": now, "may_see_usage": may(caller, "usage.read")}
    if may(caller, "domains.read"):
        context |= {
            "organisations": list_organisations(organisation_id=caller.organisation).count(),
            "domains": domains.count(),
            "verified": domains.filter(state=DomainState.VERIFIED).count(),
            "first_pending": domains.filter(state=DomainState.PENDING).first(),
            "mailboxes": mailboxes.list_seen(caller).count(),
            "holds": list_seen(caller),
            "alarms": list_open(caller),
        }
    if may(caller, "streams.read"):
        context |= {"paused": list_paused(), "offered": list_waiting().count()}
    if may(caller, "usage.read"):
        usage = list_month_so_far(reseller_id=guard.reseller_id(request), now=now)
        context |= {"usage": usage, "total_minor": sum(row.amount_minor for row in usage)}
    return render(request, "portal/dashboard.html", context)
