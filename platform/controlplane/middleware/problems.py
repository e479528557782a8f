"""Whatever refuses a request below `/api/` says so in a problem document, never in a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kernel.rest.problems import MEDIA_TYPE, TYPE_BASE, document

#: What refuses before the API's own views are asked, or is no view of theirs: code and sentence.
REFUSALS = {
    400: ("malformed", gettext_noop("The request could not be understood.")),
    403: ("not_allowed", gettext_noop("This is not allowed.")),
    404: ("not_found", gettext_noop("Nothing is at this address.")),
    405: (
        "method_not_allowed",
        gettext_noop("This method is not allowed here; `Allow` says which."),
    ),
    413: ("body_too_large", gettext_noop("The body is too large.")),
    421: ("host.unknown", gettext_noop("Nothing is served under this host name.")),
    500: (
        "internal_error",
        gettext_noop("Something went wrong on our side; the request id helps us to find it."),
    ),
    503: (
        "unavailable",
        gettext_noop("A part of the service does not answer now; try again in a moment."),
    ),
}
#: What a page says of its own body; all else, such as what browsers may do with it, goes on.
_OF_THE_BODY = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "etag",
        "expires",
        "last-modified",
        "refresh",
    }
)


class ProblemMiddleware:
    """Puts a problem in place of a page, an empty body or a text; leaves problems as they are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, in the API's form where the API was asked."""
        response = self._get_response(request)
        if response.status_code < 400 or not is_api(request):
            return response
        if response.get("Content-Type") == MEDIA_TYPE:
            return response
        code, detail = REFUSALS.get(response.status_code, ("refused", ""))
        problem = refusal(request, status=response.status_code, code=code, detail=_(detail))
        for name, value in response.items():
            if name.lower() not in _OF_THE_BODY:
                problem[name] = value
        return problem


def is_api(request: HttpRequest) -> bool:
    """Whether a program is answered."""
    return request.path_info.startswith("/api/")


def explains(request: HttpRequest) -> bool:
    """Whether a problem's `type` is looked at: also where nothing else is open."""
    path = request.path_info
    code = path.removeprefix(TYPE_BASE) if path.startswith(TYPE_BASE) else ""
    return request.method in {"GET", "HEAD"} and code != "" and "/" not in code


def refusal(request: HttpRequest, *, status: int, code: str, detail: str) -> JsonResponse:
    """A problem as an answer."""
    body = document(status=status, code=code, detail=detail, instance=request.path)
    return JsonResponse(
        body, status=status, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"}
    )
