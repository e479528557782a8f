"""Streams: what became of their mail, and which stand still; pause and resume them."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from controlplane.portal import guard
from controlplane.portal.forms import PauseForm
from controlplane.portal.submit import submit
from kernel.actor import authorise, may
from mailcore.delivery.accept.submission import Stream
from mailcore.delivery.streams import pauses, selectors
from mailcore.delivery.streams.pauses import OWN_WRITE, Side

DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A stream with the sums of its days; `is_own`: the reseller's own pause is among `pauses`."""

    stream: str
    pauses: list[selectors.Paused]
    is_own: bool
    accepted: int
    delivered: int
    bounced: int
    complained: int


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("streams.read")
def streams(request: HttpRequest) -> HttpResponse:
    """The list; a POST pauses a stream, or resumes it when it says so."""
    caller = guard.actor(request)
    form = PauseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        authorise(caller, OWN_WRITE)
        if form.is_valid() and _carry_out(request, form):
            return redirect("streams")
    context = {"form": form, "rows": _rows(), "may_write": may(caller, OWN_WRITE)}
    return render(request, "portal/streams.html", context, status=guard.status_of(form))


def _carry_out(request: HttpRequest, form: PauseForm) -> bool:
    words = submit(form, lambda: _order(request, form))
    if words is None:
        return False
    messages.success(request, words)
    return True


def _order(request: HttpRequest, form: PauseForm) -> str:
    """Pause or resume; what to say of it."""
    actor, reseller_id = guard.actor(request), guard.reseller_id(request)
    given, stream = form.cleaned_data, form.cleaned_data["stream"]
    if given["resume"]:
        pauses.resume_stream(actor=actor, reseller_id=reseller_id, stream=stream)
        return _("Your pause is over. What was kept leaves within seconds.")
    pauses.pause_stream(actor=actor, reseller_id=reseller_id, stream=stream, reason=given["reason"])
    return _("This stream is paused. What you send is accepted and kept.")


def _rows() -> list[Row]:
    paused, days = selectors.list_paused(), selectors.list_days(days=DAYS)
    return [_row(name, paused, days.get(name, [])) for name in Stream]


def _row(name: str, paused: list[selectors.Paused], days: list[selectors.Day]) -> Row:
    standing = [one for one in paused if one.stream == name]
    return Row(
        stream=str(name),
        pauses=standing,
        is_own=any(one.side == Side.RESELLER for one in standing),
        accepted=sum(day.accepted for day in days),
        delivered=sum(day.delivered for day in days),
        bounced=sum(day.bounced for day in days),
        complained=sum(day.complained for day in days),
    )
