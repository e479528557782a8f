"""Who was given a mailbox chooses its first password, without a login to the portal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from controlplane.portal import guard
from controlplane.portal.context import site_of
from controlplane.portal.links import gone, handle_of, open_link
from controlplane.portal.password_form import FirstPasswordForm
from controlplane.portal.submit import submit
from mailcore.mailboxes import selectors, services
from mailcore.mailboxes.errors import InvitationGone
from tenants.resellers.selectors import mail_hosts
from tenants.resellers.states import HostKind

_PAGE, _READY = "mailbox-password", "mailbox-ready"


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail."""
    return open_link(
        request,
        token,
        page=_PAGE,
        is_good=lambda handle: selectors.find_invited(handle) is not None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def choose(request: HttpRequest) -> HttpResponse:
    """The form."""
    handle = handle_of(request, _PAGE)
    invited = selectors.find_invited(handle)
    if invited is None:
        return gone(request)
    form = FirstPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            made = submit(
                form, lambda: services.accept_invitation(invitation=handle, password=password)
            )
        except InvitationGone:  # used at this very moment
            return gone(request)
        if made is not None:
            request.session[_READY] = made.address
            return redirect(_READY)
    context = {"form": form, "mailbox": invited}
    return render(request, "portal/mailbox_password.html", context, status=guard.status_of(form))


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Where to read the mail, for who has just chosen."""
    address = handle_of(request, _READY)
    if not address:
        return gone(request)
    context = {
        "address": address,
        "mail_hosts": mail_hosts(),
        "webmail_url": site_of(request, HostKind.WEBMAIL),
        "settings_url": site_of(request, HostKind.AUTOCONFIG),
    }
    return render(request, "portal/mailbox_ready.html", context)
