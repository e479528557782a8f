"""The API's reference, to read and to try: the document, and the page that shows it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_response_headers
from django.views.decorators.http import require_safe

from controlplane.api.document import document, written
from controlplane.middleware.policy import POLICY

_FRESH = 300  # seconds
#: The reader's own style sheet carries its icons.
_POLICY = POLICY.replace("img-src 'self'", "img-src 'self' data:")


@require_safe
def openapi(_: HttpRequest) -> HttpResponse:
    """The document of `/api/v1`; it says nothing of anybody, so nobody has to say who asks."""
    answer = HttpResponse(written(document()), content_type="application/json")
    patch_response_headers(answer, _FRESH)
    return answer


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The document as a page, in the brand's look; requests can be sent from it with a key."""
    answer = render(request, "portal/reference.html")
    answer["Content-Security-Policy"] = _POLICY
    return answer
