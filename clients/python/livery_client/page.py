"""A page of a list."""

from typing import Generic, TypedDict, TypeVar

Row = TypeVar("Row")


class Page(TypedDict, Generic[Row]):
    """Some rows, and where the next page begins; `next_cursor` is None at the end."""

    data: list[Row]
    next_cursor: str | None
