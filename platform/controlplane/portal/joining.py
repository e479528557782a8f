"""Who was invited to the portal chooses a password and is logged in."""

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from controlplane.portal import guard
from controlplane.portal.links import gone, handle_of, open_link
from controlplane.portal.member_forms import JoinForm
from controlplane.portal.submit import submit
from tenants.accounts import selectors, services
from tenants.accounts.errors import InvitationGone

_PAGE = "join"


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
def join(request: HttpRequest) -> HttpResponse:
    """The form."""
    handle = handle_of(request, _PAGE)
    invited = selectors.find_invited(handle)
    if invited is None:
        return gone(request)
    form = JoinForm(request.POST or None, initial={"name": invited.name})
    if request.method == "POST" and form.is_valid():
        try:
            made = submit(form, lambda: services.join(invitation=handle, **form.cleaned_data))
        except InvitationGone:  # used at this very moment
            return gone(request)
        if made is not None:
            auth.login(request, made)
            messages.success(request, _("Welcome! Your password is set."))
            return redirect("dashboard")
    context = {"form": form, "email": invited.email}
    return render(request, "portal/join.html", context, status=guard.status_of(form))
