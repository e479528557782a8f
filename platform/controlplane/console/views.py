"""The operator's console: resellers, closing their billing periods, and alarms."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.invoicing import services as invoicing
from controlplane.alarm_words import words_of
from controlplane.portal import guard
from controlplane.portal.paging import page_of
from controlplane.portal.wording import sentence
from kernel.errors import ApplicationError
from kernel.tenancy import in_reseller
from mailcore.delivery.reporting.alarms import list_alarms
from tenants.resellers import selectors


@require_safe
@guard.operator_page
def resellers(request: HttpRequest) -> HttpResponse:
    """Every reseller with its state and hosts; half-made ones too."""
    context = {"page": page_of(request, selectors.list_resellers())}
    return render(request, "console/resellers.html", context)


@require_POST
@guard.operator_page
def close_period(request: HttpRequest, reseller_id: UUID) -> HttpResponse:
    """Bill a reseller up to now; a second time changes nothing."""
    selectors.get_reseller(reseller_id)
    try:
        with in_reseller(reseller_id):  # billing rows are seen from inside the reseller only
            invoice = invoicing.close_period(actor=guard.actor(request), reseller_id=reseller_id)
    except ApplicationError as error:
        messages.error(request, sentence(error))
    else:
        number = invoice.number
        messages.success(request, _("Period closed: invoice %(number)s.") % {"number": number})
    return redirect("operator")


@require_safe
@guard.operator_page
def alarms(request: HttpRequest) -> HttpResponse:
    """What passes a warn line, and what recovered in the last week."""
    found = list_alarms(actor=guard.actor(request))
    rows = [(alarm, words_of(alarm.signal)) for alarm in found]
    context = {
        "open": [row for row in rows if row[0].recovered_at is None],
        "over": [row for row in rows if row[0].recovered_at is not None],
    }
    return render(request, "console/alarms.html", context)
