"""One id per request, shared by its events, audit rows, logs and answer."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from kernel import ids
from kernel.trace import set_trace_id

HEADER = "X-Request-Id"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")


class TraceMiddleware:
    """Takes the id that the proxy gave, or makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Name the request for as long as it runs."""
        given = request.headers.get(HEADER, "")
        trace_id = given if _ACCEPTED.fullmatch(given) else ids.uuid7().hex
        set_trace_id(trace_id)
        response = self._get_response(request)
        response[HEADER] = trace_id
        return response
