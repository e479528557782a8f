"""Keys for programs: made, shown once, given a new secret, revoked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.portal import guard, key_form
from controlplane.portal.forms import offer, offer_rows
from controlplane.portal.key_form import ApiKeyForm
from controlplane.portal.submit import submit
from controlplane.portal.wording import sentence
from kernel import clock
from kernel.crypto import Secret
from mailcore.domains.selectors import list_seen as list_domains
from tenants.bearer.errors import KeyRevoked
from tenants.organisations import selectors, services
from tenants.organisations.models import ApiKey

Made = tuple[ApiKey, Secret]


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("api_keys.write")
def api_keys(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes a key and answers with its secret, this one time."""
    form, made = _form(request), None
    if request.method == "POST" and form.is_valid():
        made = submit(form, lambda: _make(request, form))
    return _show(request, form, made=made)


@require_POST
@guard.page("api_keys.write")
def rotate(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """A new secret, shown this one time; the one before is good for a day more."""
    try:
        made = services.rotate_api_key(actor=guard.actor(request), key_id=key_id)
    except KeyRevoked as error:
        messages.error(request, sentence(error))
        return redirect("api-keys")
    return _show(request, _with_choices(request, ApiKeyForm()), made=made)


@require_POST
@guard.page("api_keys.write")
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """End a key; programs that use it are refused from now on."""
    key = services.revoke_api_key(actor=guard.actor(request), key_id=key_id)
    messages.success(request, _("The key “%(name)s” no longer works.") % {"name": key.name})
    return redirect("api-keys")


def _show(request: HttpRequest, form: ApiKeyForm, *, made: Made | None) -> HttpResponse:
    caller = guard.actor(request)
    domains = {row.public_id: row.display_name for row in list_domains(caller)}
    rows = [
        {
            "key": key,
            "domain": domains.get(key.domain_id, "") if key.domain_id else "",
            "state": _state(key),
            "old_until": key.previous_until if _is_ahead(key) else None,
        }
        for key in selectors.list_api_keys(of=caller)
    ]
    context = {
        "form": form if made is None else _with_choices(request, ApiKeyForm()),
        "rows": rows,
        "made": made[0] if made else None,
        "secret": made[1] if made else None,
    }
    return render(request, "portal/api_keys.html", context, status=guard.status_of(form))


def _state(key: ApiKey) -> str:
    if selectors.is_good(key, at=clock.now()):
        return "active"
    return "expired" if key.revoked_at is None and key.expires_at is not None else "revoked"


def _is_ahead(key: ApiKey) -> bool:
    return key.previous_until is not None and key.previous_until > clock.now()


def _form(request: HttpRequest) -> ApiKeyForm:
    return _with_choices(request, ApiKeyForm(request.POST or None))


def _with_choices(request: HttpRequest, form: ApiKeyForm) -> ApiKeyForm:
    caller = guard.actor(request)
    bound = caller.organisation
    offer_rows(form, "organisation", selectors.list_organisations(organisation_id=bound))
    offer_rows(form, "domain", list_domains(caller).order_by("name"))
    if bound is not None:
        del form.fields["organisation"]
    offer(form, "rights", key_form.rights_for(caller))
    return form


def _make(request: HttpRequest, form: ApiKeyForm) -> Made:
    given = form.cleaned_data
    domain, organisation = given["domain"], given.get("organisation")
    whose = domain.organisation_id if domain else organisation.public_id if organisation else None
    return services.create_api_key(
        actor=guard.actor(request),
        name=given["name"],
        scopes=key_form.scopes_of(given["rights"] or "all", guard.actor(request)),
        organisation=whose,
        domain=domain.public_id if domain else None,
        networks=form.network_list(),
        expires_at=form.expires_at(),
    )
