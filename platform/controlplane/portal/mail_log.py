"""The mail log: what was sent, to whom, and what became of it, try by try."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from controlplane.portal import guard
from controlplane.portal.mail_log_form import MailLogForm
from controlplane.portal.paging import PER_PAGE, page_of
from kernel import ids
from kernel.errors import NotFound
from mailcore.delivery.sending import selectors
from mailcore.delivery.sending.listing import Found, Listed, list_messages
from mailcore.domains.selectors import list_seen as list_domains
from mailcore.mailboxes.selectors import list_seen as list_mailboxes

#: In these states there is nothing to explain.
_PLAIN = frozenset({"queued", "delivered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message, in which states its first recipients are, and why when it has one recipient."""

    message: Listed
    states: Sequence[str]
    reason: str


@require_safe
@guard.page(selectors.READ)
def mail_log(request: HttpRequest) -> HttpResponse:
    """The list, newest first; the id of one message leads to its page."""
    form = MailLogForm(request.GET)
    if form.is_valid() and form.one is not None:
        return redirect("message", message_id=form.one)
    found = _find(request, form)
    context = {
        "form": form,
        "rows": [_row(one) for one in found.messages],
        "older": _older(request, found),
        "is_first": "before" not in request.GET,
        "is_narrowed": any(form.data.get(name) for name in form.fields),
        "is_narrowed_more": any(form.data.get(name) for name in list(form.fields)[2:]),
    }
    return render(request, "portal/mail_log.html", context, status=guard.status_of(form))


@require_safe
@guard.page(selectors.READ)
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message with its recipients and their tries; its mailbox and domain while they are there."""
    caller = guard.actor(request)
    found = selectors.get_message(actor=caller, message_id=message_id)
    context = {
        "message": found,
        "mailbox": list_mailboxes(caller).filter(address=found.sender).first(),
        "domain": list_domains(caller).filter(name=found.from_domain).first(),
        "page": page_of(request, found.recipients),
    }
    return render(request, "portal/message.html", context)


def _find(request: HttpRequest, form: MailLogForm) -> Found:
    nothing = Found(messages=(), below=None)
    if not form.is_valid():
        return nothing
    actor, before = guard.actor(request), request.GET.get("before")
    below = ids.from_public("msg", before) if before else None
    try:
        sought = form.sought(actor)
    except NotFound:
        form.refuse_domain()
        return nothing
    return list_messages(actor=actor, sought=sought, below=below, limit=PER_PAGE)


def _row(found: Listed) -> Row:
    first = found.recipients[0]
    alone = found.recipient_count == 1 and first.state not in _PLAIN
    return Row(
        message=found,
        states=list(dict.fromkeys(one.state for one in found.recipients)),
        reason=(first.reason or "") if alone else "",
    )


def _older(request: HttpRequest, found: Found) -> str:
    """The query of the next page, '' on the last."""
    if found.below is None:
        return ""
    query = request.GET.copy()
    query["before"] = ids.to_public("msg", found.below)
    return query.urlencode()
