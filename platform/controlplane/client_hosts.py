"""Host names below clients' own domains: their MTA-STS policy and their mail programs' settings."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from controlplane.hosts import stored_host
from mailcore.directory import selectors as directory
from mailcore.domains import selectors as domains
from mailcore.protocol import mta_sts
from tenants.resellers import selectors as resellers
from tenants.resellers.models import Reseller

#: First label → the URLs that it serves.
_SERVED = {
    "mta-sts": "controlplane.urls_mta_sts",
    "autoconfig": "controlplane.urls_client_settings",
    "autodiscover": "controlplane.urls_client_settings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHost:
    """What a client's host name serves, and whose client it is."""

    reseller: Reseller
    urlconf: str


def find(name: str) -> ClientHost | None:
    """A host name of a verified domain; None for every other name."""
    label, _, domain = name.partition(".")
    if label not in _SERVED:
        return None
    holder = directory.holder_of(domain)
    reseller = resellers.list_resellers().filter(public_id=holder).first()
    return ClientHost(reseller=reseller, urlconf=_SERVED[label]) if reseller else None


@require_safe
def mta_sts_policy(request: HttpRequest) -> HttpResponse:
    """The policy of the domain (RFC 8461 §3.2)."""
    domain = domains.find_verified(stored_host(request.get_host()).partition(".")[2])
    if domain is None:
        return HttpResponse("not found\n", status=404, content_type="text/plain; charset=utf-8")
    text = mta_sts.render(domains.mta_sts_policy(domain))
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
