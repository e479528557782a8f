"""Answers for the machinery: alive, ready, certificates wanted, webmail's brand.

They are for the internal listener only. A request that came through the proxy carries
`X-Forwarded-For` and is left to the ordinary pages, which know none of these paths.
"""

import base64
import hmac
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from controlplane import client_hosts
from controlplane.hosts import stored_host
from kernel.tenancy import PUBLIC, in_schema
from tenants.resellers import selectors
from tenants.resellers.states import HostKind

WEBMAIL_HEADER = "X-Livery-Webmail-Key"


class HealthMiddleware:
    """Answers before tenancy, whatever the host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._answers: dict[str, Callable[[HttpRequest], HttpResponse]] = {
            "/healthz": _alive,
            "/readyz": _ready,
            "/ask": _ask,
            "/webmail-brand": _webmail_brand,
            "/mail-names": _mail_names,
        }

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer an internal question, or pass the request on."""
        answer = self._answers.get(request.path_info)
        if answer is None or _came_by_proxy(request):
            return self._get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        try:
            with in_schema(PUBLIC):
                return answer(request)
        except DatabaseError:
            # A look-up that fails is a temporary answer, never a refusal for good.
            return _text("the database does not answer", status=503)


def _came_by_proxy(request: HttpRequest) -> bool:
    return any(name in request.headers for name in ("X-Forwarded-For", "X-Forwarded-Host"))


def _text(words: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")


def _alive(_: HttpRequest) -> HttpResponse:
    return _text("alive")


def _ready(_: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return _text("ready")


def _ask(request: HttpRequest) -> HttpResponse:
    """Whether the proxy may get a certificate for this name."""
    name = stored_host(request.GET.get("domain", ""))
    if selectors.is_served(name) or client_hosts.find(name) is not None:
        return _text("known")
    return _text("unknown", status=404)


def _mail_names(_: HttpRequest) -> HttpResponse:
    """For which names the mail servers need a certificate, beside the platform's."""
    return JsonResponse({"names": selectors.list_mail_names()})


def _webmail_brand(request: HttpRequest) -> HttpResponse:
    given = request.headers.get(WEBMAIL_HEADER, "").encode()
    wanted = str(settings.WEBMAIL_KEY).encode()
    if not wanted or not hmac.compare_digest(given, wanted):
        return _text("not allowed", status=403)
    host = selectors.find_host(stored_host(request.GET.get("host", "")))
    if host is None or host.kind != HostKind.WEBMAIL:
        return _text("unknown", status=404)
    brand = host.tenant.brand
    logo = f"data:{brand.logo_type};base64,{_base64(brand.logo)}" if brand.logo else ""
    return JsonResponse(
        {
            "product_name": brand.product_name,
            "colour": brand.colour,
            "logo_url": logo,
            "support_url": f"mailto:{brand.support_address}" if brand.support_address else "",
        }
    )


def _base64(content: bytes | memoryview) -> str:
    return base64.b64encode(bytes(content)).decode()
