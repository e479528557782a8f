"""A reseller's client-settings host: mail programs set themselves up, in its name."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from controlplane.hosts import stored_host
from kernel.dns import names
from kernel.tenancy import current_reseller_id
from mailcore.protocol import (
    addresses,
    apple_profile,
    autodiscover,
    client_settings,
    profile_signature,
)
from mailcore.protocol.client_settings import Server
from tenants.resellers import selectors

_XML = "application/xml; charset=utf-8"
_PROFILE = "application/x-apple-aspen-config"


@require_safe
def autoconfig(request: HttpRequest) -> HttpResponse:
    """The settings for `?emailaddress=`; they are the same for every address of the reseller."""
    address = request.GET.get("emailaddress", "")
    try:
        domain = names.normalise(address.rpartition("@")[2] or stored_host(request.get_host()))
    except names.InvalidName as error:
        return _refused(f"emailaddress: {error}")
    document = client_settings.autoconfig(_offered(), domain=domain, display_name=_display_name())
    return HttpResponse(document, content_type=_XML)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def autodiscover_settings(request: HttpRequest) -> HttpResponse:
    """Outlook's question, posted as XML; a GET is a person or a probe that looks who is here."""
    try:
        asked = autodiscover.read(request.read(autodiscover.LARGEST_REQUEST))
        address = addresses.normalise(asked.address)
    except (autodiscover.InvalidRequest, addresses.InvalidAddress):
        document = autodiscover.refusal(autodiscover.INVALID_REQUEST, "Invalid Request")
    else:
        document = (
            autodiscover.settings(_offered(), address=address, display_name=_display_name())
            if asked.schema == autodiscover.SETTINGS
            else autodiscover.refusal(autodiscover.NO_PROVIDER, "Provider is not available")
        )
    return HttpResponse(document, content_type=_XML)


@require_safe
def autodiscover_place(request: HttpRequest, **_parts: str) -> HttpResponse:
    """Where the XML document is, for `?Protocol=AutodiscoverV1`: we have no other protocol."""
    if request.GET.get("Protocol", "").lower() != "autodiscoverv1":
        refusal = {
            "ErrorCode": "ProtocolNotSupported",
            "ErrorMessage": "Only AutodiscoverV1 is supported.",
        }
        return JsonResponse(refusal, status=400)
    url = f"https://{request.get_host()}/autodiscover/autodiscover.xml"
    return JsonResponse({"Protocol": "AutodiscoverV1", "Url": url})


@require_safe
def apple(request: HttpRequest) -> HttpResponse:
    """A signed profile for `?emailaddress=`, which macOS and iOS offer to install."""
    try:
        address = addresses.normalise(request.GET.get("emailaddress", ""))
    except addresses.InvalidAddress as error:
        return _refused(f"emailaddress: {error}")
    profile = apple_profile.profile(
        _offered(),
        address=address,
        host=stored_host(request.get_host()),
        display_name=_display_name(),
    )
    answer = HttpResponse(_signed(profile), content_type=_PROFILE)
    answer["Content-Disposition"] = 'attachment; filename="mail.mobileconfig"'
    return answer


def _signed(profile: bytes) -> bytes:
    """As it is where no certificate is set: systems then call it “not signed”."""
    if not settings.PROFILE_CERTIFICATE_FILE:
        return profile
    return profile_signature.signed(
        profile,
        chain=Path(settings.PROFILE_CERTIFICATE_FILE).read_bytes(),
        key=Path(settings.PROFILE_KEY_FILE).read_bytes(),
    )


def _offered() -> list[Server]:
    hosts = selectors.mail_hosts()
    return client_settings.servers(imap_host=hosts.imap, smtp_host=hosts.smtp)


def _display_name() -> str:
    return selectors.get_brand(current_reseller_id()).product_name


def _refused(why: str) -> HttpResponse:
    return HttpResponse(f"{why}\n", status=400, content_type="text/plain; charset=utf-8")
