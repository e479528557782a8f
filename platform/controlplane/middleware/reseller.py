"""Which reseller a request is for, by its host name (foundations 32)."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from controlplane import client_hosts
from controlplane.hosts import stored_host
from controlplane.middleware.problems import explains, is_api, refusal
from kernel.tenancy import PUBLIC, in_schema
from tenants.resellers import selectors
from tenants.resellers.models import Reseller
from tenants.resellers.states import HostKind, ResellerState

log = logging.getLogger(__name__)

_PAGES = {421: "errors/421.html", 503: "errors/preparing.html", 403: "errors/suspended.html"}

#: What a reseller's host name serves here; webmail and the mail protocols are served elsewhere.
URLS = {
    HostKind.PORTAL: settings.ROOT_URLCONF,
    HostKind.AUTOCONFIG: "controlplane.urls_client_settings",
}


class ResellerMiddleware:
    """Sets the schema, `request.tenant` and the URLs; answers for hosts that serve nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Run the request in its reseller's schema, and leave the connection as it was."""
        with in_schema(PUBLIC):
            try:
                refusal = _enter(request)
            except OperationalError:
                # The database is away or full for the moment: nobody is told that nothing is here.
                log.exception("host look-up failed")
                refusal = _page(request, 503, template="errors/unavailable.html")
            return refusal if refusal is not None else self._get_response(request)


def _enter(request: HttpRequest) -> HttpResponse | None:
    """Set the tenant, or say why there is none."""
    # Until a tenant is known, error pages are the neutral ones of the tenant side.
    try:
        name = stored_host(request.get_host())
    except DisallowedHost:
        return _page(request, 421)
    if name == settings.PLATFORM_HOST:
        operator = selectors.find_operator()
        if operator is None:
            return _page(request, 503)
        _use(request, operator, urlconf=settings.PUBLIC_SCHEMA_URLCONF)
        return None
    host = selectors.find_host(name)
    if host is None:
        client = client_hosts.find(name)
        if client is None:
            return _page(request, 421)
        return _open(request, client.reseller, urlconf=client.urlconf)
    if host.kind not in URLS:
        return _page(request, 421)
    return _open(request, host.tenant, urlconf=URLS[HostKind(host.kind)])


def _open(request: HttpRequest, reseller: Reseller, *, urlconf: str) -> HttpResponse | None:
    if reseller.state == ResellerState.PENDING:
        return _page(request, 503)
    if reseller.state == ResellerState.SUSPENDED:
        return _refuse_closed(request, urlconf=urlconf)
    _use(request, reseller, urlconf=urlconf)
    return None


def _refuse_closed(request: HttpRequest, *, urlconf: str) -> HttpResponse | None:
    """Nothing is open but the page that explains it, which then has no brand."""
    if explains(request):
        request.urlconf = urlconf
        return None
    if is_api(request):
        detail = _("This portal is closed at the moment; its owner can ask for it to be opened.")
        return refusal(request, status=403, code="portal.suspended", detail=detail)
    return _page(request, 403)


def _use(request: HttpRequest, reseller: Reseller, *, urlconf: str) -> None:
    # django-tenants adds the method at run time; the views read `request.tenant`.
    connection.set_tenant(reseller)  # type: ignore[attr-defined]
    request.tenant = reseller  # type: ignore[attr-defined]
    request.urlconf = urlconf


def _page(request: HttpRequest, status: int, *, template: str = "") -> HttpResponse:
    """A clear page without any brand: nobody's, or not open."""
    response = render(request, template or _PAGES[status], status=status)
    if status == 503:
        response["Retry-After"] = "10"
        response["Refresh"] = "3"  # the page says that it looks again by itself
    return response
