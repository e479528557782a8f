"""The people of the portal: invite, change, remove."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.portal import guard
from controlplane.portal.invite_form import InviteForm, roles_for
from controlplane.portal.member_forms import MemberForm
from controlplane.portal.paging import page_of
from controlplane.portal.submit import submit
from controlplane.portal.wording import sentence
from kernel.actor import authorise, may, may_handle
from kernel.errors import Conflict
from tenants.accounts import selectors, services
from tenants.accounts.models import Member
from tenants.organisations.selectors import find_contact, list_organisations

_READ, _WRITE = "members.read", "members.write"


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(_READ)
def members(request: HttpRequest) -> HttpResponse:
    """The list, and a form to invite one more."""
    caller = guard.actor(request)
    form = InviteForm(request.POST or None, actor=caller)
    if request.method == "POST":
        authorise(caller, _WRITE)
        made = submit(form, lambda: _invite(request, form)) if form.is_valid() else None
        if made is not None:
            messages.success(request, _("An invitation is on its way to %s.") % made.email)
            return redirect("members")
    page = page_of(request, selectors.list_seen(caller))
    held = list_organisations().filter(public_id__in={row.organisation_id for row in page})
    names: dict[UUID | None, str] = {row.public_id: row.name for row in held}
    context = {
        "form": form,
        "page": page,
        "rows": [(row, names.get(row.organisation_id, "")) for row in page],
        "may_write": may(caller, _WRITE),
    }
    return render(request, "portal/members.html", context, status=guard.status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(_READ)
def member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """One of them, to be changed by who may."""
    caller = guard.actor(request)
    found = selectors.get_seen(member_id, actor=caller)
    given = {"name": found.name, "role": found.role, "is_active": found.is_active}
    form = MemberForm(
        request.POST or None, initial=given, choices=roles_for(caller, found.organisation_id)
    )
    if found.invitation_hash:
        del form.fields["is_active"]
    if request.method == "POST":
        authorise(caller, _WRITE)
        changed = submit(form, lambda: _change(request, found, form)) if form.is_valid() else None
        if changed is not None:
            messages.success(request, _("%s is changed.") % found.email)
            return redirect("members")
    context = {
        "person": found,
        "form": form,
        "may_change": may(caller, _WRITE)
        and may_handle(caller, found.role, organisation=found.organisation_id),
        "organisation": _name_of(found.organisation_id),
        "is_oneself": caller.id == str(found.public_id),
    }
    return render(request, "portal/member.html", context, status=guard.status_of(form))


@require_POST
@guard.page(_WRITE)
def invite_again(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """A new link; the old one is dead."""
    try:
        found = services.invite_again(actor=guard.actor(request), member_id=member_id)
    except Conflict as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("A new link is on its way to %s.") % found.email)
    return redirect("member", member_id=member_id)


@require_POST
@guard.page(_WRITE)
def remove(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Nobody logs in by it any more."""
    caller = guard.actor(request)
    found = selectors.get_seen(member_id, actor=caller)
    try:
        services.remove_member(actor=caller, member_id=member_id)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("member", member_id=member_id)
    messages.success(request, _("%s was removed.") % found.email)
    return redirect("members")


def _name_of(organisation: UUID | None) -> str:
    return find_contact(organisation)[0] if organisation is not None else ""


def _invite(request: HttpRequest, form: InviteForm) -> Member:
    return services.invite_member(actor=guard.actor(request), **form.cleaned_data)


def _change(request: HttpRequest, found: Member, form: MemberForm) -> Member:
    return services.change_member(
        actor=guard.actor(request), member_id=found.public_id, **form.cleaned_data
    )
