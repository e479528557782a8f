"""Aliases: addresses whose mail goes to mailboxes."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.portal import guard
from controlplane.portal.forms import AliasForm, AliasTargetsForm, offer
from controlplane.portal.paging import page_of
from controlplane.portal.submit import submit
from kernel import ids
from kernel.actor import authorise, may
from mailcore.domains.selectors import list_seen as list_domains
from mailcore.domains.states import DomainState
from mailcore.mailboxes import selectors, services
from mailcore.mailboxes.models import Alias

_WRITE = "mailboxes.write"


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("mailboxes.read")
def aliases(request: HttpRequest) -> HttpResponse:
    """The list, and a form for one more."""
    caller, form = guard.actor(request), AliasForm(request.POST or None)
    verified = list_domains(caller).filter(state=DomainState.VERIFIED)
    choices = [(ids.to_public("dom", row.public_id), row.display_name) for row in verified]
    offer(form, "domain", choices)
    if request.method == "POST":
        authorise(caller, _WRITE)
        made = submit(form, lambda: _create(request, form)) if form.is_valid() else None
        if made is not None:
            messages.success(request, _("%(address)s is ready.") % {"address": made.address})
            return redirect("aliases")
    context = {
        "form": form,
        "page": page_of(request, selectors.list_seen_aliases(caller)),
        "has_verified": bool(choices),
        "may_write": may(caller, _WRITE),
    }
    return render(request, "portal/aliases.html", context, status=guard.status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(_WRITE)
def alias(request: HttpRequest, alias_id: UUID) -> HttpResponse:
    """Where one leads, to be changed."""
    found = selectors.get_seen_alias(alias_id, actor=guard.actor(request))
    form = AliasTargetsForm(request.POST or None, initial={"targets": "\n".join(found.targets)})
    if request.method == "POST" and form.is_valid():
        changed = submit(form, lambda: _change(request, alias_id, form))
        if changed is not None:
            messages.success(request, _("%(address)s is changed.") % {"address": found.address})
            return redirect("aliases")
    context = {"alias": found, "form": form}
    return render(request, "portal/alias.html", context, status=guard.status_of(form))


@require_POST
@guard.page(_WRITE)
def delete(request: HttpRequest, alias_id: UUID) -> HttpResponse:
    """Mail to it is refused from now on."""
    caller = guard.actor(request)
    address = selectors.get_seen_alias(alias_id, actor=caller).address
    services.delete_alias(actor=caller, alias_id=alias_id)
    messages.success(request, _("%(address)s is deleted.") % {"address": address})
    return redirect("aliases")


def _create(request: HttpRequest, form: AliasForm) -> Alias:
    given = form.cleaned_data
    return services.create_alias(
        actor=guard.actor(request),
        domain_id=ids.from_public("dom", given["domain"]),
        local_part=given["local_part"],
        targets=given["targets"],
    )


def _change(request: HttpRequest, alias_id: UUID, form: AliasTargetsForm) -> Alias:
    return services.change_alias(
        actor=guard.actor(request), alias_id=alias_id, targets=form.cleaned_data["targets"]
    )
