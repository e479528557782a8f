"""Values in a rule file, checked: an error says where it stands and what would be right."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from kernel.errors import InvalidInput

_RATE = re.compile(r"^(\d+(?:\.\d+)?)/(s|min|h|d)$")
_DURATION = re.compile(r"^(\d+(?:\.\d+)?)(s|min|h|d)$")
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}

UNLIMITED = "unlimited"

T = TypeVar("T")


class BadRules(InvalidInput):
    """Rules that cannot be used; the text says where, what is wrong and what would be right."""

    def __init__(self, place: str, problem: str, remedy: str) -> None:
        self.place = place
        super().__init__(f"{place}: {problem}. {remedy}", field=place)


def rate(value: object, place: str) -> float:
    """`"100/s"`, `"10/min"`, `"5000/h"`, `"20000/d"` → per second; `"unlimited"` → infinity."""
    if value == UNLIMITED:
        return math.inf
    number, unit = _with_unit(_RATE, value, place, 'Write for example "10/min" or "100/s"')
    return number / _SECONDS[unit]


def duration(value: object, place: str) -> float:
    """`"90s"`, `"15min"`, `"2h"`, `"1d"` → seconds."""
    number, unit = _with_unit(_DURATION, value, place, 'Write for example "15min" or "2h"')
    return number * _SECONDS[unit]


def count(value: object, place: str) -> int:
    """A whole number from 1 up."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadRules(place, f"{value!r} counts nothing", "Write a whole number from 1 up")
    return value


def switch(value: object, place: str) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise BadRules(place, f"{value!r} is neither true nor false", "Write true or false")
    return value


def pattern(value: object, place: str) -> re.Pattern[str]:
    """A regular expression, whatever the case of the letters."""
    try:
        return re.compile(text(value, place), re.IGNORECASE)
    except re.error as error:
        problem = f"{value!r} is no regular expression ({error})"
        raise BadRules(place, problem, "A \\ goes before ( ) [ ] . when they are meant") from error


def text(value: object, place: str) -> str:
    """Some words."""
    if not isinstance(value, str) or not value:
        raise BadRules(place, f"{value!r} is no text", "Write it between quotes")
    return value


def one_of(known: Sequence[T]) -> Callable[[object, str], T]:
    """One of these words."""

    def read(value: object, place: str) -> T:
        for word in known:
            if value == word:
                return word
        raise BadRules(place, f"there is no {value!r}", f"There are: {', '.join(map(str, known))}")

    return read


class Table:
    """A TOML table that knows where it stands."""

    def __init__(self, values: object, *, place: str) -> None:
        if not isinstance(values, dict):
            raise BadRules(place, f"{values!r} is no table", "Write [name] and lines below it")
        self._values: dict[str, Any] = values
        self.place = place

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def at(self, key: str) -> str:
        """The place of a value."""
        return f"{self.place}: {key}" if self.place.endswith(".toml") else f"{self.place}.{key}"

    def only(self, *known: str) -> None:
        """Raise BadRules for a key that nobody reads: most often it is a slip."""
        for key in self._values:
            if key not in known:
                raise BadRules(self.at(key), "nobody reads this", f"There are: {', '.join(known)}")

    def get(self, key: str, read: Callable[[object, str], T]) -> T:
        """The value, which must be there."""
        if key not in self._values:
            raise BadRules(self.place, f"`{key}` is missing", "Add a line for it")
        return read(self._values[key], self.at(key))

    def get_or(self, key: str, read: Callable[[object, str], T], default: T) -> T:
        """The value, or the default where there is none."""
        return self.get(key, read) if key in self._values else default

    def table(self, key: str) -> "Table":
        """The table below `key`; an empty one where there is none."""
        return Table(self._values.get(key, {}), place=self.at(key))

    def tables(self) -> list[tuple[str, "Table"]]:
        """Every table below this one, by name."""
        return [(key, self.table(key)) for key in self._values]

    def rows(self, key: str) -> list["Table"]:
        """The tables that `[[key]]` makes."""
        found = self._values.get(key, [])
        if not isinstance(found, list):
            raise BadRules(self.at(key), "this is one table", f"Write [[…{key}]], in two brackets")
        return [Table(row, place=f"{self.at(key)} {at}") for at, row in enumerate(found, 1)]


def _with_unit(form: re.Pattern[str], value: object, place: str, remedy: str) -> tuple[float, str]:
    found = form.match(value) if isinstance(value, str) else None
    if not found or not float(found.group(1)):
        raise BadRules(place, f"{value!r} cannot be read", remedy)
    return float(found.group(1)), found.group(2)
