"""Keys for programs: made, shown once, revoked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.portal import guard
from controlplane.portal.forms import ApiKeyForm
from controlplane.portal.submit import submit
from kernel.crypto import Secret
from tenants.organisations import selectors, services
from tenants.organisations.models import ApiKey


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("api_keys.write")
def api_keys(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes a key and answers with its secret, this one time."""
    form, made = _form(request), None
    if request.method == "POST" and form.is_valid():
        made = submit(form, lambda: _make(request, form))
    context = {
        "form": form if made is None else _empty_form(),
        "keys": selectors.list_api_keys(),
        "made": made[0] if made else None,
        "secret": made[1] if made else None,
    }
    return render(request, "portal/api_keys.html", context, status=guard.status_of(form))


@require_POST
@guard.page("api_keys.write")
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """End a key; programs that use it are refused from now on."""
    key = services.revoke_api_key(actor=guard.actor(request), key_id=key_id)
    messages.success(request, _("The key “%(name)s” no longer works.") % {"name": key.name})
    return redirect("api-keys")


def _form(request: HttpRequest) -> ApiKeyForm:
    form = ApiKeyForm(request.POST or None)
    return _with_choices(form)


def _empty_form() -> ApiKeyForm:
    return _with_choices(ApiKeyForm())


def _with_choices(form: ApiKeyForm) -> ApiKeyForm:
    form.fields["organisation"].queryset = selectors.list_organisations()  # type: ignore[attr-defined]
    return form


def _make(request: HttpRequest, form: ApiKeyForm) -> tuple[ApiKey, Secret]:
    organisation = form.cleaned_data["organisation"]
    return services.create_api_key(
        actor=guard.actor(request),
        name=form.cleaned_data["name"],
        organisation=organisation.public_id if organisation else None,
    )
