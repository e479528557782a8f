"""Every error as `application/problem+json` (RFC 9457) with a stable `code`."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from kernel import ids
from kernel.errors import ApplicationError, NotFound, TransientError
from kernel.rest.sentences import asked, sentence
from kernel.trace import current_trace_id

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
#: Where the codes are explained: relative, so that it names no company (RFC 9457 §3.1.1).
TYPE_BASE = "/api/v1/problems/"
_CODES: Mapping[type[Exception], str] = {
    exceptions.ParseError: "malformed",
    exceptions.ValidationError: "invalid_input",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "not_authenticated",
    exceptions.PermissionDenied: "not_allowed",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
}


class Fault(TypedDict):
    """One of several things that are wrong."""

    pointer: str
    code: str
    detail: str


class Problem(TypedDict):
    """Why it was not done (RFC 9457); programs look at `code`, which does not change."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    request_id: str
    errors: NotRequired[list[Fault]]


class BodyTooLarge(exceptions.APIException):
    """The body is larger than this endpoint takes."""

    status_code = 413
    default_detail = "The body is too large."
    default_code = "body_too_large"


def document(*, status: int, code: str, detail: str, instance: str) -> Problem:
    """A problem about the request that runs now; `instance` is its path."""
    return {
        "type": f"{TYPE_BASE}{code}",
        "title": _(HTTPStatus(status).phrase),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": instance,
        "request_id": current_trace_id(),
    }


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """Django REST framework's hook: any exception as a problem; the unexpected ones are logged."""
    set_rollback()
    request: Request = context["request"]
    response = _render(_django_errors(error), request)
    response.content_type = MEDIA_TYPE
    # The negotiated renderer may be one that the client cannot have: problems are always JSON.
    response["Cache-Control"] = "no-store"
    return response


def _django_errors(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound()
    return exceptions.PermissionDenied() if isinstance(error, PermissionDenied) else error


def _render(error: Exception, request: Request) -> Response:
    if isinstance(error, ApplicationError):
        return _application(error, request)
    if isinstance(error, exceptions.APIException):
        return _framework(error, request)
    if isinstance(error, TransientError | OperationalError | InterfaceError):
        log.warning("temporary failure: %s", error, exc_info=error)
        detail = _("A part of the service does not answer now; try again in a moment.")
        response = _problem(request, status=503, code="unavailable", detail=detail)
        response["Retry-After"] = "5"
        return response
    log.error("request %s failed", current_trace_id(), exc_info=error)
    detail = _("Something went wrong on our side; the request id helps us to find it.")
    return _problem(request, status=500, code="internal_error", detail=detail)


def _application(error: ApplicationError, request: Request) -> Response:
    gathered = error.detail.get("errors")
    errors = gathered if isinstance(gathered, list) else []
    if error.detail.get("field"):
        errors = [entry(error)]
    elif isinstance(error, NotFound) and (field := _naming(request, error.detail.get("prefix"))):
        errors = [entry(error, at=field)]
    detail = _detail(error)
    return _problem(request, status=error.status, code=error.code, detail=detail, errors=errors)


def _naming(request: Request, prefix: object) -> str:
    """The body's field with an id of this kind; empty where the path may have named what is not there."""
    path = request.parser_context.get("kwargs", {})
    if any(ids.PREFIXES.get(name.removesuffix("_id")) == prefix for name in path):
        return ""
    try:
        body = request.data
    except exceptions.APIException:  # nothing of it was read
        return ""
    given = body.items() if isinstance(body, Mapping) else ()
    return next((name for name, value in given if str(value).startswith(f"{prefix}_")), "")


def entry(error: ApplicationError, *, at: str = "") -> Fault:
    """A fault for a problem's `errors`: its JSON pointer below `at`, code and detail."""
    steps = [str(step) for step in (at, error.detail.get("field")) if step]
    return {"pointer": "/" + "/".join(steps), "code": error.code, "detail": _detail(error)}


def _detail(error: ApplicationError) -> str:
    detail = _(error.message) if error.message else ""
    return detail % error.detail if "%(" in detail else detail


def _framework(error: exceptions.APIException, request: Request) -> Response:
    code = _CODES.get(type(error), str(error.default_code))
    headers: dict[str, str] = {}
    # Set by the view's authenticator and by throttles.
    challenge = getattr(error, "auth_header", None)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, exceptions.MethodNotAllowed):
        headers["Allow"] = ", ".join(asked(request).allowed_methods)
    if isinstance(error, exceptions.ValidationError):
        response = _problem(
            request,
            status=422,
            code=code,
            detail=_("Some fields are not valid."),
            errors=list(_fields(error.get_full_details())),
        )
    else:
        detail = sentence(error, request)
        response = _problem(request, status=error.status_code, code=code, detail=detail)
    for name, value in headers.items():
        response[name] = value
    return response


def _fields(details: Any, pointer: str = "") -> Iterator[Fault]:
    """One entry per faulty field, its place as a JSON pointer (RFC 6901)."""
    if isinstance(details, Mapping) and "message" in details and "code" in details:
        yield {
            "pointer": pointer.removesuffix("/non_field_errors"),
            "code": str(details["code"]),
            "detail": str(details["message"]),
        }
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            escaped = str(name).replace("~", "~0").replace("/", "~1")
            yield from _fields(inner, f"{pointer}/{escaped}")
    else:
        for inner in details:
            yield from _fields(inner, pointer)


def _problem(
    request: Request,
    *,
    status: int,
    code: str,
    detail: str,
    errors: list[Fault] | None = None,
) -> Response:
    body = document(status=status, code=code, detail=detail, instance=request.path)
    if errors:
        body["errors"] = errors
    return Response(body, status=status)
