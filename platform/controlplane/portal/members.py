"""The people of the portal: invite, change, remove."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from controlplane.portal import guard
from controlplane.portal.member_forms import InviteForm, MemberForm, roles_for
from controlplane.portal.paging import page_of
from controlplane.portal.submit import submit
from controlplane.portal.wording import sentence
from kernel.actor import authorise, may, may_handle
from kernel.errors import Conflict
from tenants.accounts import selectors, services
from tenants.accounts.models import Member

_READ, _WRITE = "members.read", "members.write"


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(_READ)
def members(request: HttpRequest) -> HttpResponse:
    """The list, and a form to invite one more."""
    caller = guard.actor(request)
    form = InviteForm(request.POST or None, choices=roles_for(caller))
    if request.method == "POST":
        authorise(caller, _WRITE)
        made = submit(form, lambda: _invite(request, form)) if form.is_valid() else None
        if made is not None:
            messages.success(request, _("An invitation is on its way to %s.") % made.email)
            return redirect("members")
    context = {
        "form": form,
        "page": page_of(request, selectors.list_members()),
        "may_write": may(caller, _WRITE),
    }
    return render(request, "portal/members.html", context, status=guard.status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@guard.page(_READ)
def member(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """One of them, to be changed by who may."""
    caller = guard.actor(request)
    found = selectors.get_member(member_id)
    given = {"name": found.name, "role": found.role, "is_active": found.is_active}
    form = MemberForm(request.POST or None, initial=given, choices=roles_for(caller))
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
        "may_change": may(caller, _WRITE) and may_handle(caller, found.role),
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
    found = selectors.get_member(member_id)
    try:
        services.remove_member(actor=guard.actor(request), member_id=member_id)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("member", member_id=member_id)
    messages.success(request, _("%s was removed.") % found.email)
    return redirect("members")


def _invite(request: HttpRequest, form: InviteForm) -> Member:
    return services.invite_member(actor=guard.actor(request), **form.cleaned_data)


def _change(request: HttpRequest, found: Member, form: MemberForm) -> Member:
    return services.change_member(
        actor=guard.actor(request), member_id=found.public_id, **form.cleaned_data
    )
