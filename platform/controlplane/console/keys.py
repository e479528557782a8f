"""The operator's keys: made, shown once, given a new secret, revoked."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.console.key_form import OperatorKeyForm
from controlplane.portal import guard
from controlplane.portal.submit import submit
from controlplane.portal.wording import sentence
from kernel import clock
from kernel.crypto import Secret
from tenants.bearer.errors import KeyRevoked
from tenants.operators import selectors, services
from tenants.operators.models import OperatorKey

Made = tuple[OperatorKey, Secret]


@require_http_methods(["GET", "HEAD", "POST"])
@guard.operator_page
def keys(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes a key and answers with its secret, this one time."""
    form, made = OperatorKeyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        made = submit(form, lambda: _make(request, form))
    return _show(request, form, made=made)


@require_POST
@guard.operator_page
def rotate(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """A new secret, shown this one time; the one before is good for a day more."""
    try:
        made = services.rotate_key(actor=guard.actor(request), key_id=key_id)
    except KeyRevoked as error:
        messages.error(request, sentence(error))
        return redirect("operator-keys")
    return _show(request, OperatorKeyForm(), made=made)


@require_POST
@guard.operator_page
def revoke(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """End a key; programs that use it are refused from now on."""
    key = services.revoke_key(actor=guard.actor(request), key_id=key_id)
    messages.success(request, _("The key “%(name)s” no longer works.") % {"name": key.name})
    return redirect("operator-keys")


def _show(request: HttpRequest, form: OperatorKeyForm, *, made: Made | None) -> HttpResponse:
    now = clock.now()
    rows = [
        {
            "key": key,
            "state": _state(key),
            "old_until": key.previous_until if (key.previous_until or now) > now else None,
        }
        for key in selectors.list_keys()
    ]
    context = {
        "form": form if made is None else OperatorKeyForm(),
        "rows": rows,
        "made": made[0] if made else None,
        "secret": made[1] if made else None,
    }
    return render(request, "console/keys.html", context, status=guard.status_of(form))


def _state(key: OperatorKey) -> str:
    if selectors.is_good(key, at=clock.now()):
        return "active"
    return "expired" if key.revoked_at is None else "revoked"


def _make(request: HttpRequest, form: OperatorKeyForm) -> Made:
    given = form.cleaned_data
    return services.create_key(
        actor=guard.actor(request),
        name=given["name"],
        scopes=given["rights"],
        networks=form.network_list(),
        expires_at=form.expires_at(),
    )
