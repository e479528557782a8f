"""Error pages, in the look of the host that was asked."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kernel.trace import current_trace_id


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for a form larger than we read."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return _answer(request, 413)
    return _answer(request, 400)


def not_allowed(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """403: logged in, but not for this."""
    return _answer(request, 403)


def not_found(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """404: no such page or object here."""
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with the number under which the log tells more."""
    return _answer(request, 500)


def csrf_failure(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    """The form's token does not fit: mostly an old tab or blocked cookies."""
    return render(request, "errors/csrf.html", status=403)


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    context = {"trace_id": current_trace_id()}
    return render(request, f"errors/{status}.html", context, status=status)
