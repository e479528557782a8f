"""A reseller's clients."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from controlplane.portal import guard
from controlplane.portal.forms import ContactForm, OrganisationForm
from controlplane.portal.paging import page_of
from controlplane.portal.submit import submit
from kernel.actor import may
from tenants.organisations import selectors, services


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("organisations.read")
def organisations(request: HttpRequest) -> HttpResponse:
    """The list, and a form for one more."""
    caller, form = guard.actor(request), OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = submit(form, lambda: services.create_organisation(actor=caller, **given))
        if made is not None:
            messages.success(request, _("%(name)s was added.") % {"name": made.name})
            return redirect("organisations")
    context = {
        "form": form,
        "page": page_of(request, selectors.list_organisations(organisation_id=caller.organisation)),
        "may_write": may(caller, "organisations.write"),
        "is_whole": caller.organisation is None,
    }
    return render(request, "portal/organisations.html", context, status=guard.status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page("organisations.write")
def organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """One, to be changed: by its own people all but the name, which is the reseller's."""
    caller = guard.actor(request)
    found = selectors.get_organisation(organisation_id, organisation=caller.organisation)
    given = {"name": found.name, "contact_email": found.contact_email}
    form_of = OrganisationForm if caller.organisation is None else ContactForm
    form = form_of(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        changed = submit(
            form,
            lambda: services.change_organisation(
                actor=caller, organisation_id=organisation_id, **form.cleaned_data
            ),
        )
        if changed is not None:
            messages.success(request, _("%(name)s is changed.") % {"name": changed.name})
            return redirect("organisations")
    context = {"form": form, "organisation": found}
    return render(request, "portal/organisation.html", context, status=guard.status_of(form))
