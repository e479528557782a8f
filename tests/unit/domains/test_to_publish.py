"""What a person is told to publish takes nothing away that they did not mean to lose."""

import pytest

from mailcore.domains import to_publish
from mailcore.protocol import dns_records

SPF = dns_records.sender_policy("shop.test", include="our.test")
THEIRS = "v=spf1 include:crm.test ip4:192.0.2.7 ~all"
WITH_OURS = "v=spf1 include:our.test include:crm.test ip4:192.0.2.7 ~all"


@pytest.mark.parametrize(
    ("code", "found", "params", "value"),
    [
        ("spf.missing", ["site=1"], {}, "v=spf1 include:our.test -all"),
        ("spf.not_included", ["site=1", THEIRS], {}, WITH_OURS),
        # What the look could not settle, or finds too dear, is theirs all the same.
        ("servers.disagree", [THEIRS], {}, WITH_OURS),
        ("servers.disagree", [THEIRS, WITH_OURS], {}, WITH_OURS),
        ("spf.too_many_lookups", [WITH_OURS], {"lookups": "11"}, WITH_OURS),
        (
            "spf.broken_include",
            [WITH_OURS],
            {"name": "crm.test"},
            "v=spf1 include:our.test ip4:192.0.2.7 ~all",
        ),
        (
            "spf.several",
            [THEIRS, "v=spf1 include:our.test mx -all"],
            {},
            f"{WITH_OURS[:-5]} mx ~all",
        ),
    ],
)
def test_the_policy_to_publish_keeps_who_else_may_send(code, found, params, value) -> None:
    told = to_publish.value_to_publish(SPF, code=code, found=found, params=params)
    assert sorted(told.split()) == sorted(value.split())


def test_what_has_to_go_first_is_named() -> None:
    seen = ["site=1", THEIRS]
    assert to_publish.others_in_place("spf", WITH_OURS, found=seen) == [THEIRS]
    assert to_publish.others_in_place("mx", "mx.our.test", found=["5 mx.our.test", "9 old"]) == [
        "old"
    ]
