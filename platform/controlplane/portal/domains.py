"""Mail domains: claim, publish, check."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from controlplane.portal import guard
from controlplane.portal.forms import DomainForm, offer_rows
from controlplane.portal.paging import page_of
from controlplane.portal.submit import submit
from controlplane.portal.wording import sentence
from kernel import clock
from kernel.actor import HAND_OVER, may
from kernel.errors import Conflict
from mailcore.domains import key_selectors, selectors, services
from mailcore.domains.alarms import list_open, sentence_of
from mailcore.domains.dns_homes import find_home
from mailcore.domains.models import Domain
from mailcore.domains.selectors import RecordRow
from mailcore.domains.services.names import registrable
from mailcore.domains.states import DomainState
from mailcore.holds.selectors import list_on
from mailcore.protocol.dns_records import Need
from tenants.organisations.selectors import list_organisations

#: After a click the page looks again by itself for this long.
WATCH = timedelta(seconds=45)
_SETTLED = frozenset({"match"})


@require_safe
@guard.page("domains.read")
def domains(request: HttpRequest) -> HttpResponse:
    """The list."""
    caller = guard.actor(request)
    held = list_organisations(organisation_id=caller.organisation)
    names = {row.public_id: row.name for row in held}
    page = page_of(request, selectors.list_seen(caller))
    rows = [(row, names.get(row.organisation_id, "")) for row in page]
    context = {"page": page, "rows": rows, "may_write": _may_write(request)}
    return render(request, "portal/domains.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("domains.write")
def add_domain(request: HttpRequest) -> HttpResponse:
    """Claim a domain for an organisation."""
    organisations = list_organisations(organisation_id=guard.actor(request).organisation)
    form = DomainForm(request.POST or None, initial={"organisation": request.GET.get("for")})
    offer_rows(form, "organisation", organisations)
    if request.method == "POST" and form.is_valid():
        added = submit(form, lambda: _add(request, form))
        if added is not None:
            messages.success(
                request,
                _("%(name)s was added. Now publish its records.") % {"name": added.display_name},
            )
            return watched(added.public_id)
    context = {"form": form, "has_organisation": organisations.exists()}
    return render(request, "portal/domain_add.html", context, status=guard.status_of(form))


@require_safe
@guard.page("domains.read")
def domain(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """One domain: its records, verdicts, and what to do."""
    caller = guard.actor(request)
    found = selectors.get_seen(domain_id, actor=caller)
    report = selectors.report_on(found)
    records = report.rows
    context = {
        "domain": found,
        "records": records,
        "groups": [
            (need, rows) for need in Need if (rows := [row for row in records if row.need == need])
        ],
        # Where it was bought: providers show a subdomain's records with those of the whole.
        "zone": registrable(found.name),
        "matching": sum(row.verdict in _SETTLED for row in records),
        "checked_at": report.look.checked_at,
        "update": report.update,
        "alarms": [
            (alarm, sentence_of(alarm))
            for alarm in list_open(caller).filter(domain_id=found.public_id)
        ],
        "holds": list_on(found.public_id, *guard.whole_reseller(request)),
        "keys": key_selectors.list_keys(found),
        "rotation": key_selectors.rotation_of(found, now=clock.now()),
        "home": find_home(found),
        "may_write": may(caller, "domains.write"),
        "may_hand_over": may(caller, HAND_OVER),
        "watch": _is_watched(request, found, records),
    }
    return render(request, "portal/domain.html", context)


@require_POST
@guard.page("domains.write")
def check(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Ask for a check now."""
    services.request_check(actor=guard.actor(request), domain_id=domain_id)
    messages.info(request, _("We are asking the domain's name servers now."))
    return watched(domain_id)


@require_POST
@guard.page("domains.write")
def suspend(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Switch the domain's mail off."""
    found = services.suspend_domain(actor=guard.actor(request), domain_id=domain_id)
    messages.success(request, _("%(name)s is suspended.") % {"name": found.display_name})
    return redirect("domain", domain_id=domain_id)


@require_POST
@guard.page("domains.write")
def resume(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Let it go on when DNS still shows whose it is."""
    try:
        services.resume_domain(actor=guard.actor(request), domain_id=domain_id)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("domain", domain_id=domain_id)
    messages.info(request, _("We are asking the domain's name servers now."))
    return watched(domain_id)


@require_POST
@guard.page("domains.write")
def release(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Give the domain up."""
    name = selectors.get_seen(domain_id, actor=guard.actor(request)).display_name
    try:
        services.release_domain(actor=guard.actor(request), domain_id=domain_id)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("domain", domain_id=domain_id)
    messages.success(request, _("%(name)s is given up.") % {"name": name})
    return redirect("domains")


def _add(request: HttpRequest, form: DomainForm) -> Domain:
    return services.add_domain(
        actor=guard.actor(request),
        organisation_id=form.cleaned_data["organisation"].public_id,
        name=form.cleaned_data["name"],
    )


def _may_write(request: HttpRequest) -> bool:
    return may(guard.actor(request), "domains.write")


def watched(domain_id: UUID) -> HttpResponse:
    """Back to the domain's page, which looks again for a while."""
    response = redirect("domain", domain_id=domain_id)
    until = clock.now() + WATCH
    response["Location"] += f"?watch={int(until.timestamp())}"
    return response


def _is_watched(request: HttpRequest, found: Domain, records: list[RecordRow]) -> bool:
    until = request.GET.get("watch", "")
    if not (until.isascii() and until.isdigit()) or len(until) > 10:  # up to the year 2286
        return False
    settled = all(row.verdict in _SETTLED for row in records)
    waits = clock.now() < datetime.fromtimestamp(int(until), clock.now().tzinfo)
    return waits and not (settled and found.state == DomainState.VERIFIED)
