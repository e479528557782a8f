"""Parts start after what they require, whatever order they are defined in."""

import pytest

from stack.model import Part, StackError
from stack.registry import in_order


def part(name: str, *requires: str) -> Part:
    return Part(name=name, command=("/bin/true",), requires=requires)


def names(parts: list[Part]) -> list[str]:
    return [one.name for one in parts]


def test_the_database_comes_before_what_needs_it() -> None:
    found = in_order([part("web", "postgres", "redis"), part("redis"), part("postgres")])
    assert names(found) == ["postgres", "redis", "web"]


def test_a_requirement_wins_over_the_usual_order() -> None:
    found = in_order([part("postgres", "late"), part("late")])
    assert names(found) == ["late", "postgres"]


def test_parts_that_nobody_ranked_come_last() -> None:
    assert names(in_order([part("stranger"), part("seed")])) == ["seed", "stranger"]


def test_a_missing_requirement_is_named() -> None:
    with pytest.raises(StackError, match="web requires unknown redis"):
        in_order([part("web", "redis")])


def test_a_circle_is_named() -> None:
    with pytest.raises(StackError, match="circle: a, b"):
        in_order([part("a", "b"), part("b", "a")])


def test_two_parts_of_one_name_are_refused() -> None:
    with pytest.raises(StackError, match="share a name"):
        in_order([part("web"), part("web")])
