"""Mailboxes: create, suspend, resume, and how to read them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from controlplane.portal import guard
from controlplane.portal.context import site_of
from controlplane.portal.forms import offer
from controlplane.portal.mailbox_forms import MailboxForm
from controlplane.portal.paging import page_of
from controlplane.portal.submit import submit
from kernel import ids
from kernel.actor import may
from mailcore.domains.selectors import list_seen as list_domains
from mailcore.domains.states import DomainState
from mailcore.holds.selectors import list_on
from mailcore.mailboxes import selectors, services
from mailcore.mailboxes.models import Mailbox
from tenants.resellers.selectors import mail_hosts
from tenants.resellers.states import HostKind


@require_safe
@guard.page("mailboxes.read")
def mailboxes(request: HttpRequest) -> HttpResponse:
    """The list."""
    caller = guard.actor(request)
    context = {
        "page": page_of(request, selectors.list_seen(caller)),
        "has_verified": list_domains(caller).filter(state=DomainState.VERIFIED).exists(),
        "may_write": may(caller, "mailboxes.write"),
        "deleted": selectors.list_deleted(caller).count(),
    }
    return render(request, "portal/mailboxes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@guard.page("mailboxes.write")
def add_mailbox(request: HttpRequest) -> HttpResponse:
    """Create a mailbox on a verified domain."""
    verified = list_domains(guard.actor(request)).filter(state=DomainState.VERIFIED)
    choices = [(ids.to_public("dom", row.public_id), row.display_name) for row in verified]
    form = MailboxForm(request.POST or None, initial={"domain": request.GET.get("domain")})
    offer(form, "domain", choices)
    if request.method == "POST" and form.is_valid():
        made = submit(form, lambda: _create(request, form))
        if made is not None:
            words = _("%(address)s is ready. The link is on its way to %(invite)s.")
            words = words if made.invite else _("%(address)s is ready.")
            messages.success(request, words % {"address": made.address, "invite": made.invite})
            return redirect("mailbox", mailbox_id=made.public_id)
    context = {"form": form, "has_verified": bool(choices)}
    return render(request, "portal/mailbox_add.html", context, status=guard.status_of(form))


@require_safe
@guard.page("mailboxes.read")
def mailbox(request: HttpRequest, mailbox_id: UUID) -> HttpResponse:
    """One mailbox with the settings that mail programs ask for."""
    found = selectors.get_seen(mailbox_id, actor=guard.actor(request))
    context = {
        "mailbox": found,
        "holds": list_on(found.public_id, found.domain.public_id, *guard.whole_reseller(request)),
        "mail_hosts": mail_hosts(),
        "may_write": may(guard.actor(request), "mailboxes.write"),
        "webmail_url": site_of(request, HostKind.WEBMAIL),
        "settings_url": site_of(request, HostKind.AUTOCONFIG),
    }
    return render(request, "portal/mailbox.html", context)


@require_POST
@guard.page("mailboxes.write")
def suspend(request: HttpRequest, mailbox_id: UUID) -> HttpResponse:
    """Lock the owner out; mail still arrives."""
    found = services.suspend_mailbox(actor=guard.actor(request), mailbox_id=mailbox_id)
    messages.success(request, _("%(address)s is suspended.") % {"address": found.address})
    return redirect("mailbox", mailbox_id=mailbox_id)


@require_POST
@guard.page("mailboxes.write")
def resume(request: HttpRequest, mailbox_id: UUID) -> HttpResponse:
    """Let the owner in again."""
    found = services.resume_mailbox(actor=guard.actor(request), mailbox_id=mailbox_id)
    messages.success(request, _("%(address)s is active again.") % {"address": found.address})
    return redirect("mailbox", mailbox_id=mailbox_id)


def _create(request: HttpRequest, form: MailboxForm) -> Mailbox:
    data = form.cleaned_data
    return services.create_mailbox(
        actor=guard.actor(request),
        domain_id=ids.from_public("dom", data["domain"]),
        local_part=data["local_part"],
        password=data["password"] or None,
        invite=data["invite"] or None,
        display_name=data["display_name"],
    )
