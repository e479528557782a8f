"""Addresses that get no mailings and no automatic mail: seen, sought, added, removed."""

from datetime import UTC, date, datetime, time
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.portal import guard
from controlplane.portal.forms import EVERY_STREAM, SuppressionForm
from controlplane.portal.submit import submit
from kernel import ids
from kernel.actor import authorise, may
from mailcore.delivery.suppression import selectors, services
from mailcore.delivery.suppression.entries import Suppression
from mailcore.delivery.suppression.selectors import PAGE, Sought

_LONGEST_SEARCH = 300


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(services.READ)
def suppressions(request: HttpRequest) -> HttpResponse:
    """The list, newest first; a POST adds an address."""
    form = SuppressionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        authorise(guard.actor(request), services.WRITE)
        if form.is_valid() and _add(request, form):
            return redirect("suppressions")
    search = request.GET.get("q", "").replace("\0", "")[:_LONGEST_SEARCH].strip()
    found = selectors.list_suppressions(
        Sought(search=search), before=_before(request), limit=PAGE + 1
    )
    context = {
        "form": form,
        "rows": found[:PAGE],
        "search": search,
        "older": _older(found, search),
        "is_first": "before" not in request.GET,
        "may_write": may(guard.actor(request), services.WRITE),
    }
    return render(request, "portal/suppressions.html", context, status=guard.status_of(form))


@require_POST
@guard.page(services.WRITE)
def remove(request: HttpRequest, suppression_id: UUID) -> HttpResponse:
    """Let mail go to the address again."""
    address = services.remove_suppression(actor=guard.actor(request), suppression_id=suppression_id)
    messages.success(request, _("%(address)s gets mail again.") % {"address": address})
    return redirect("suppressions")


def _add(request: HttpRequest, form: SuppressionForm) -> bool:
    given = form.cleaned_data
    added = submit(
        form,
        lambda: services.add_suppression(
            actor=guard.actor(request),
            address=given["address"],
            stream="" if given["stream"] == EVERY_STREAM else given["stream"],
            note=given["note"],
            until=_start_of(given["until"]),
        ),
    )
    if added is None:
        return False
    words = _("%(address)s is on the list now.") if added else _("%(address)s was on the list.")
    messages.success(request, words % {"address": given["address"]})
    return True


def _start_of(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min, tzinfo=UTC)


def _before(request: HttpRequest) -> UUID | None:
    text = request.GET.get("before")
    return ids.from_public("sup", text) if text else None


def _older(found: list[Suppression], search: str) -> str:
    """The query of the next page, '' on the last."""
    if len(found) <= PAGE:
        return ""
    before = ids.to_public("sup", found[PAGE - 1].id)
    return urlencode({"q": search, "before": before} if search else {"before": before})
