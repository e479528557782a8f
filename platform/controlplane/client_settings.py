"""A reseller's client-settings host: mail programs set themselves up, in its name."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from controlplane.hosts import stored_host
from kernel.dns import names
from kernel.tenancy import current_reseller_id
from mailcore.protocol import client_settings
from tenants.resellers import selectors


@require_safe
def autoconfig(request: HttpRequest) -> HttpResponse:
    """The settings for `?emailaddress=`; they are the same for every address of the reseller."""
    address = request.GET.get("emailaddress", "")
    try:
        domain = names.normalise(address.rpartition("@")[2] or stored_host(request.get_host()))
    except names.InvalidName as error:
        return HttpResponse(f"emailaddress: {error}\n", status=400, content_type="text/plain")
    offered = client_settings.servers(imap_host=settings.IMAP_HOST, smtp_host=settings.SMTP_HOST)
    brand = selectors.get_brand(current_reseller_id())
    document = client_settings.autoconfig(offered, domain=domain, display_name=brand.product_name)
    return HttpResponse(document, content_type="application/xml; charset=utf-8")
