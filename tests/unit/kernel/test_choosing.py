"""`fields=`: parts of an answer."""

import pytest

from kernel.errors import InvalidInput
from kernel.rest.choosing import choose

ONE = {"id": "dom_1", "name": "shop.test", "proof": {"name": "_p", "value": "v"}, "nothing": None}


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ("id", {"id": "dom_1"}),
        ("name, id", {"id": "dom_1", "name": "shop.test"}),
        ("proof", {"proof": ONE["proof"]}),
        ("proof.value,id", {"id": "dom_1", "proof": {"value": "v"}}),
        ("nothing.deeper", {"nothing": None}),
    ],
)
def test_only_what_is_named_is_left(wanted, left):
    assert choose(ONE, wanted) == left
    assert choose({"data": [ONE, ONE], "next_cursor": None}, wanted) == {
        "data": [left, left], "next_cursor": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "wanted", ["", "nme", "proof.vale", "id.deeper", "id,", ",".join("a" * 60)]
)
def test_a_field_that_is_none_is_refused(wanted):
    with pytest.raises(InvalidInput):
        choose(ONE, wanted)
