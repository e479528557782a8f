"""A domain's signature keys: let the next ones sign, withdraw one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from controlplane.portal import guard
from controlplane.portal.domains import watched
from controlplane.portal.wording import sentence
from kernel.errors import Conflict
from mailcore.domains import services


@require_POST
@guard.page("domains.write")
def rotate(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Let the other keys sign as soon as DNS shows them."""
    try:
        services.request_rotation(actor=guard.actor(request), domain_id=domain_id)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("domain", domain_id=domain_id)
    messages.info(request, _("The next key signs as soon as a look at DNS shows it."))
    return watched(domain_id)


@require_POST
@guard.page("domains.write")
def revoke(request: HttpRequest, domain_id: UUID, dkim_key_id: UUID) -> HttpResponse:
    """Withdraw a key at once."""
    services.revoke_key(actor=guard.actor(request), domain_id=domain_id, key_id=dkim_key_id)
    messages.success(request, _("The key is withdrawn: it signs nothing more."))
    return watched(domain_id)
