"""A mailbox's passwords for single programs: made, shown once, deleted."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.portal import guard
from controlplane.portal.forms import AppPasswordForm
from controlplane.portal.submit import submit
from mailcore.mailboxes import selectors, services


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("mailboxes.write")
def app_passwords(request: HttpRequest, mailbox_id: UUID) -> HttpResponse:
    """The list; a POST makes one and answers with its text, this one time."""
    caller = guard.actor(request)
    mailbox = selectors.get_seen(mailbox_id, actor=caller)
    form, made = AppPasswordForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        made = submit(
            form,
            lambda: services.create_app_password(
                actor=caller, mailbox_id=mailbox_id, **form.cleaned_data
            ),
        )
    context = {
        "mailbox": mailbox,
        "form": form if made is None else AppPasswordForm(),
        "rows": selectors.list_app_passwords(mailbox_id),
        "made": made[0] if made else None,
        "secret": made[1] if made else None,
    }
    return render(request, "portal/app_passwords.html", context, status=guard.status_of(form))


@require_POST
@guard.page("mailboxes.write")
def delete(request: HttpRequest, mailbox_id: UUID, app_password_id: UUID) -> HttpResponse:
    """The program is refused from now on."""
    services.delete_app_password(
        actor=guard.actor(request), mailbox_id=mailbox_id, app_password_id=app_password_id
    )
    messages.success(request, _("The app password no longer works."))
    return redirect("app-passwords", mailbox_id=mailbox_id)
