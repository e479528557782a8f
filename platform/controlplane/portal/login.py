"""Log in and out; a session is good for one host only."""

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.portal.forms import LoginForm


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    """Members of the host's reseller."""
    return _log_in(request, home="dashboard")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def operator_log_in(request: HttpRequest) -> HttpResponse:
    """The operator's staff, on the platform host."""
    return _log_in(request, home="operator", platform_host=settings.PLATFORM_HOST)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return redirect("login")


def _log_in(request: HttpRequest, *, home: str, platform_host: str = "") -> HttpResponse:
    if request.user.is_authenticated and request.method != "POST":
        return redirect(home)
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        member = auth.authenticate(request, **form.cleaned_data)
        if member is not None:
            auth.login(request, member)
            return redirect(_wanted(request) or home)
        # The same words for an unknown address and a wrong password.
        form.add_error(None, _("The e-mail address or the password is not right."))
    status = 422 if form.is_bound else 200
    context = {"form": form, "platform_host": platform_host}
    return render(request, "portal/login.html", context, status=status)


def _wanted(request: HttpRequest) -> str:
    """The page that asked for the login, when it is one of this host."""
    target = request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if allowed else ""
