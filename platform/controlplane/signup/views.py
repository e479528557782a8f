"""J1 in the browser: form, mail, confirmation, waiting, ready."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from controlplane.hosts import site_url
from controlplane.portal.submit import submit
from controlplane.portal.wording import sentence
from controlplane.signup.forms import ConfirmForm, SignUpForm
from tenants.resellers import selectors, services
from tenants.resellers.errors import SignUpExpired, SignUpNotFound
from tenants.resellers.models import SignUp

_GONE = {SignUpExpired: 410, SignUpNotFound: 404}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The platform's front page."""
    return render(request, "signup/home.html")


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def sign_up(request: HttpRequest) -> HttpResponse:
    """The form; a good one is answered the same way whoever the address belongs to."""
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        site = site_url(settings.PLATFORM_HOST, like=request.get_host())
        submit(form, lambda: services.request_sign_up(**form.cleaned_data, site=site))
        if form.is_valid():
            return redirect("signup-sent")
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "platform_host": settings.PLATFORM_HOST}
    return render(request, "signup/form.html", context, status=status)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Look into your inbox."""
    return render(request, "signup/sent.html")


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what will be made (mail scanners open links); POST makes it."""
    try:
        waiting = selectors.get_sign_up(token)
        if waiting.confirmed_at is not None:
            return _to_status(waiting.public_id)
        if request.method == "POST":
            return _make(request, waiting, token)
    except (SignUpNotFound, SignUpExpired) as error:
        context = {"message": sentence(error)}
        return render(request, "signup/invalid.html", context, status=_GONE[type(error)])
    return _ask(request, waiting, form=None)


@require_safe
def status(request: HttpRequest, sign_up_id: UUID) -> HttpResponse:
    """Preparing, and then where to log in; the page looks again by itself."""
    try:
        found = selectors.get_sign_up_status(sign_up_id)
    except SignUpNotFound as error:
        raise Http404 from error
    url = f"{site_url(found.host, like=request.get_host())}/login/"
    page = render(request, "signup/status.html", {"status": found, "login_url": url})
    if not found.is_ready:
        page["Refresh"] = "2"
    return page


def _make(request: HttpRequest, waiting: SignUp, token: str) -> HttpResponse:
    """Confirm; when the wanted name went to somebody faster, ask for another one."""
    wanted = request.POST.get("slug") or waiting.slug
    form = ConfirmForm({"slug": wanted})
    if not form.is_valid():
        return _ask(request, waiting, form=form)
    made = submit(form, lambda: services.confirm_sign_up(token=token, slug=wanted))
    return _ask(request, waiting, form=form) if made is None else _to_status(made)


def _ask(request: HttpRequest, waiting: SignUp, *, form: ConfirmForm | None) -> HttpResponse:
    context = {"sign_up": waiting, "host": f"{waiting.slug}.{settings.PLATFORM_HOST}", "form": form}
    return render(request, "signup/confirm.html", context, status=409 if form else 200)


def _to_status(sign_up_id: UUID) -> HttpResponse:
    return redirect(reverse("signup-status", args=[sign_up_id]))
