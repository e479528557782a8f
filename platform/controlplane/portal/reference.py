"""The API's reference, to read and to try: the document, and the page that shows it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_response_headers
from django.views.decorators.http import require_safe

from controlplane.api.document import OPERATOR, RESELLERS, Api, document, written
from controlplane.middleware.policy import POLICY

_FRESH = 300  # seconds
#: The reader's own style sheet carries its icons.
_POLICY = POLICY.replace("img-src 'self'", "img-src 'self' data:")


@require_safe
def openapi(_: HttpRequest) -> HttpResponse:
    """The document of `/api/v1`; it says nothing of anybody, so nobody has to say who asks."""
    return _document(RESELLERS)


@require_safe
def operator_openapi(_: HttpRequest) -> HttpResponse:
    """The same of the operator's API, at the platform host."""
    return _document(OPERATOR)


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The document as a page, in the brand's look; requests can be sent from it with a key."""
    return _page(request, home="dashboard", keys="api-keys")


@require_safe
def operator_reference(request: HttpRequest) -> HttpResponse:
    """The same of the operator's API."""
    return _page(request, home="operator", keys="operator-keys")


def _document(api: Api) -> HttpResponse:
    answer = HttpResponse(written(document(api)), content_type="application/json")
    patch_response_headers(answer, _FRESH)
    return answer


def _page(request: HttpRequest, *, home: str, keys: str) -> HttpResponse:
    context = {"home_url": reverse(home), "keys_url": reverse(keys)}
    answer = render(request, "portal/reference.html", context)
    answer["Content-Security-Policy"] = _POLICY
    return answer
