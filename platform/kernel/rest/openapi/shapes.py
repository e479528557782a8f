"""What answers look like: TypedDicts, so that mypy proves what the document promises.

A field's type may say more in `Annotated`: `Annotated[str, Id("dom"), "Its domain."]`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypedDict, TypeVar

Schema = dict[str, Any]
_Shape = TypeVar("_Shape", bound=type)
_Row = TypeVar("_Row")
_EXAMPLES: dict[type, Mapping[str, object]] = {}


@dataclass(frozen=True, slots=True)
class Id:
    """The text is a public id of this prefix."""

    prefix: str

    @property
    def schema(self) -> Schema:
        """The prefix and 26 characters, as `kernel.ids` writes 128 bits."""
        return {"type": "string", "pattern": f"^{self.prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"}


@dataclass(frozen=True, slots=True)
class OneOf:
    """The text is one of an enum's values, or of those listed."""

    values: Iterable[str]

    def __post_init__(self) -> None:
        # A list could not be hashed, and types are.
        object.__setattr__(self, "values", tuple(str(value) for value in self.values))

    @property
    def schema(self) -> Schema:
        """In the order of declaration."""
        return {"type": "string", "enum": list(self.values)}


@dataclass(frozen=True, slots=True)
class Matches:
    """The text has the form of a regular expression (ECMA 262)."""

    pattern: str

    @property
    def schema(self) -> Schema:
        """A text with a pattern."""
        return {"type": "string", "pattern": self.pattern}


class Page(TypedDict, Generic[_Row]):
    """What `kernel.rest.paging` answers; an operation that answers it takes `cursor` and `limit`."""

    data: list[_Row]
    next_cursor: Annotated[str, Matches("^cur_"), "Ask on with it; null at the end."] | None


def shape(*, example: Mapping[str, object]) -> Callable[[_Shape], _Shape]:
    """A decorator of TypedDicts: `example` is what an answer of this shape looks like."""

    def keep(of: _Shape) -> _Shape:
        _EXAMPLES[of] = example
        return of

    return keep


def example_of(of: type) -> Mapping[str, object]:
    """The example of a shape; raises LookupError for one that was declared without."""
    if of not in _EXAMPLES:
        raise LookupError(f"{of.__name__} is no @shape(example=…)")
    return _EXAMPLES[of]
