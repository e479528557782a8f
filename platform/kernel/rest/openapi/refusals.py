"""The problems that an operation can answer, by status, each with its codes."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, get_origin

from kernel.errors import ApplicationError, InvalidInput, NotAllowed, NotFound
from kernel.rest.conditional import PreconditionFailed
from kernel.rest.cursors import InvalidCursor
from kernel.rest.idempotency import KeyReused
from kernel.rest.openapi.hints import Refer
from kernel.rest.openapi.operations import Operation
from kernel.rest.openapi.shapes import Page, Schema
from kernel.rest.problems import MEDIA_TYPE, Problem
from kernel.rest.rates import TooManyRequests
from kernel.rest.serializers import Body, Reference

#: What Django REST framework and we answer before or instead of an endpoint.
_ALWAYS = {(401, "not_authenticated"), (403, "api_key.wrong_address"), (403, NotAllowed.code),
           (406, "not_acceptable"), (429, TooManyRequests.code), (500, "internal_error"),
           (503, "unavailable")}  # fmt: skip
_WITH_BODY = {(400, "malformed"), (413, "body_too_large"), (415, "unsupported_media_type"),
              (422, "invalid_input")}  # fmt: skip
#: InvalidInput: `fields` names one that is not there.
_BY_METHOD: Mapping[str, type[ApplicationError]] = {"GET": InvalidInput, "POST": KeyReused}


def possible_codes(said: Operation, *, path: str, method: str) -> dict[int, list[str]]:
    """Status → codes of what the operation can answer beside its 2xx."""
    found = defaultdict(set)
    for status, code in [*_ALWAYS, *_framework(said, method), *_own(said, path, method)]:
        found[status].add(code)
    return {status: sorted(found[status]) for status in sorted(found)}


def refusals(
    codes: Mapping[int, list[str]], *, refer: Refer, share: Callable[[str, Schema], Schema]
) -> dict[str, Schema]:
    """The response objects of these problems; `share` makes a component of those with one code."""
    found = {}
    for status, allowed in codes.items():
        schema = {"allOf": [refer(Problem), {"properties": {"code": {"enum": allowed}}}]}
        answer: Schema = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        found[str(status)] = share(allowed[0], answer) if len(allowed) == 1 else answer
    return found


def _framework(said: Operation, method: str) -> set[tuple[int, str]]:
    return _WITH_BODY if said.takes is not None or method == "POST" else set()


def _own(said: Operation, path: str, method: str) -> Iterator[tuple[int, str]]:
    problems: list[type[ApplicationError]] = list(said.problems)
    if said.right is not None:
        problems.append(NotAllowed)
    if "{" in path or _names_objects(said):
        problems.append(NotFound)
    problems.append(_BY_METHOD.get(method, PreconditionFailed))
    if any(get_origin(answer) is Page for answer in said.answers.values()):
        problems.append(InvalidCursor)
    return ((one.status, one.code) for one in problems)


def _names_objects(said: Operation) -> bool:
    """Whether an id stands in the body: one that is none of the caller's is answered 404."""
    takes: Any = said.takes
    fields = takes().fields.values() if _is_body(takes) else ()
    return any(isinstance(field, Reference) for field in fields)


def _is_body(takes: Any) -> bool:
    return isinstance(takes, type) and issubclass(takes, Body)
