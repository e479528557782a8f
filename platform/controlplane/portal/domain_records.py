"""A domain's records beyond the list: as a file, and how they are published."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from controlplane.portal import guard
from controlplane.portal.domains import watched
from mailcore.domains import selectors, services
from mailcore.domains.states import Publishing


@require_safe
@guard.page("domains.read")
def zone_file(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """The records to publish, for a name server of one's own."""
    found = selectors.get_seen(domain_id, actor=guard.actor(request))
    answer = HttpResponse(selectors.zone_file(found), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.name}.zone"'
    return answer


@require_POST
@guard.page("domains.write")
def choose_publishing(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    """Publish the records as they are, or as CNAMEs to names of ours."""
    wanted = request.POST.get("publishing", "")
    if wanted not in Publishing.values:
        return HttpResponseBadRequest()
    actor = guard.actor(request)
    services.choose_publishing(actor=actor, domain_id=domain_id, publishing=Publishing(wanted))
    if wanted == Publishing.CNAME:
        messages.info(request, _("We are writing the names to point to."))
        return watched(domain_id)
    return redirect("domain", domain_id=domain_id)
