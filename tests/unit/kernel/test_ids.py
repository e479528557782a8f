"""Public ids are text that leads back to one object, or to nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from kernel import ids
from kernel.errors import NotFound


def test_a_public_id_leads_back_to_the_same_object():
    identifier = ids.uuid7()
    assert ids.from_public("dom", ids.to_public("dom", identifier)) == identifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dom",
        "dom_",
        "mbx_" + "0" * 26,
        "dom_" + "z" * 26,
        "dom_" + "u" * 26,
        "dom_\x00" + "0" * 25,
    ],
)
def test_text_that_is_no_id_of_this_kind_is_not_found(text):
    with pytest.raises(NotFound):
        ids.from_public("dom", text)


def test_what_is_not_there_is_named_where_it_has_a_name():
    with pytest.raises(NotFound, match="no hand over with this id"):
        ids.from_public("hov", "hov_7")
    with pytest.raises(NotFound, match="no object with this id"):
        ids.from_public("cur", "cur_7")


def test_an_id_carries_the_time_at_which_it_was_made():
    age = datetime.now(UTC) - ids.instant_of(ids.uuid7())
    assert timedelta(0) <= age + timedelta(milliseconds=1) < timedelta(seconds=5)


def test_later_ids_sort_after_earlier_ones_by_the_millisecond():
    made = [ids.uuid7() for _ in range(200)]
    stamps = [ids.instant_of(one) for one in made]
    assert stamps == sorted(stamps)
