"""Each endpoint's own word on what it is, takes and answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from rest_framework.views import APIView

from kernel.errors import ApplicationError
from kernel.rest.listing import Listing
from kernel.rest.openapi.shapes import Id, Matches, OneOf

_Method = TypeVar("_Method", bound=Callable[..., object])
_NAME = "operation"
#: The header that `found_at` becomes, of answers with these statuses (RFC 9110 §10.2.2).
LOCATION = "Location"
LOCATED = frozenset({201, 202})


class Undescribed(Exception):
    """An endpoint lacks what the document needs: a fault of ours that stops its making."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query parameter: what it does, and the form of its value (any text when `is_` is None)."""

    name: str
    about: str
    is_: Id | OneOf | Matches | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method at a path: `noun.verb`, the right that it needs, what it takes and answers.

    `answers` maps each 2xx status to a shape, a `Page[shape]`, or None for no body; `takes` is a
    Body, or a shape for what a service reads itself. `found_at` is the path below the API's where
    what was made, or is under way, can be looked at: `domains/{id}`, its fields the answer's and
    those of the operation's own path; None when it has none of its own.
    """

    name: str
    right: str | None
    answers: Mapping[int, Any]
    takes: Any
    problems: Sequence[type[ApplicationError]]
    query: Listing | Sequence[Query]
    found_at: str | None
    summary: str
    description: str


def operation(
    name: str,
    *,
    right: str | None,
    answers: Mapping[int, Any],
    takes: Any = None,
    problems: Sequence[type[ApplicationError]] = (),
    query: Listing | Sequence[Query] = (),
    found_at: str | None = None,
) -> Callable[[_Method], _Method]:
    """A decorator of `get`, `perform` (a POST), `put`, `patch` and `delete`.

    The docstring's first line is the summary, what follows the description. `problems` lists what
    is answered beyond what every operation may answer; `query` is the list's own Listing, or what
    else is read from the query.
    """

    def keep(method: _Method) -> _Method:
        head, _, rest = (method.__doc__ or "").strip().partition("\n")
        vars(method)[_NAME] = Operation(
            name=name,
            right=right,
            answers=answers,
            takes=takes,
            problems=tuple(problems),
            query=query,
            found_at=found_at,
            summary=head.removesuffix("."),
            description=" ".join(rest.split()),
        )
        return method

    return keep


def find_operation(view: type[APIView], method: str) -> Operation | None:
    """What the view says of an HTTP method, if anything."""
    name = "perform" if method.upper() == "POST" and hasattr(view, "perform") else method.lower()
    found: Operation | None = vars(getattr(view, name)).get(_NAME)
    return found
