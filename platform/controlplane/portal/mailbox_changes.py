"""Mailboxes: change, delete, bring back, send the link again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from controlplane.portal import guard
from controlplane.portal.mailbox_forms import MailboxChangeForm, in_gib
from controlplane.portal.paging import page_of
from controlplane.portal.submit import submit
from controlplane.portal.wording import sentence
from kernel.actor import may
from kernel.errors import ApplicationError, NotAllowed, NotFound
from mailcore.mailboxes import selectors, services
from mailcore.mailboxes.models import Mailbox
from mailcore.mailboxes.services.deleting import KEPT

_WRITE = "mailboxes.write"


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@guard.page(_WRITE)
def change(request: HttpRequest, mailbox_id: UUID) -> HttpResponse:
    """Name, quota and password; and the button that deletes it."""
    found = selectors.get_seen(mailbox_id, actor=guard.actor(request))
    given = {"display_name": found.display_name, "quota": in_gib(found.quota_bytes)}
    form = MailboxChangeForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        changed = submit(form, lambda: _change(request, mailbox_id, form))
        if changed is not None:
            messages.success(request, _("%(address)s is changed.") % {"address": found.address})
            return redirect("mailbox", mailbox_id=mailbox_id)
    context = {"form": form, "mailbox": found, "days": KEPT.days}
    return render(request, "portal/mailbox_change.html", context, status=guard.status_of(form))


@require_POST
@guard.page(_WRITE)
def delete(request: HttpRequest, mailbox_id: UUID) -> HttpResponse:
    """Nobody logs in and mail is refused; for 14 days there is a way back."""
    caller = guard.actor(request)
    address = selectors.get_seen(mailbox_id, actor=caller).address
    services.delete_mailbox(actor=caller, mailbox_id=mailbox_id)
    words = _("%(address)s is deleted. For %(days)s days you can bring it back.")
    messages.success(request, words % {"address": address, "days": KEPT.days})
    return redirect("mailboxes-deleted")


@require_safe
@guard.page("mailboxes.read")
def deleted(request: HttpRequest) -> HttpResponse:
    """What can be brought back."""
    caller = guard.actor(request)
    page = page_of(request, selectors.list_deleted(caller).order_by("-deleted_at"))
    rows = [{"mailbox": row, "until": _end_of(row)} for row in page]
    context = {"page": page, "rows": rows, "may_write": may(caller, _WRITE)}
    return render(request, "portal/mailboxes_deleted.html", context)


@require_POST
@guard.page(_WRITE)
def restore(request: HttpRequest, mailbox_id: UUID) -> HttpResponse:
    """As it was, with its mail."""
    try:
        found = services.restore_mailbox(actor=guard.actor(request), mailbox_id=mailbox_id)
    except ApplicationError as error:
        if isinstance(error, NotFound | NotAllowed):
            raise
        messages.error(request, sentence(error))
        return redirect("mailboxes-deleted")
    messages.success(request, _("%(address)s is back, with its mail.") % {"address": found.address})
    return redirect("mailbox", mailbox_id=mailbox_id)


@require_POST
@guard.page(_WRITE)
def invite_again(request: HttpRequest, mailbox_id: UUID) -> HttpResponse:
    """A new link; the old one is dead."""
    try:
        found = services.invite_again(actor=guard.actor(request), mailbox_id=mailbox_id)
    except ApplicationError as error:
        if isinstance(error, NotFound | NotAllowed):
            raise
        messages.error(request, sentence(error))
    else:
        words = _("A new link is on its way to %(invite)s.") % {"invite": found.invite}
        messages.success(request, words)
    return redirect("mailbox", mailbox_id=mailbox_id)


def _change(request: HttpRequest, mailbox_id: UUID, form: MailboxChangeForm) -> Mailbox:
    return services.change_mailbox(
        actor=guard.actor(request),
        mailbox_id=mailbox_id,
        **form.changes(),  # type: ignore[arg-type]  # names and kinds are the form's
    )


def _end_of(row: Mailbox) -> object:
    return row.deleted_at + KEPT if row.deleted_at else None
