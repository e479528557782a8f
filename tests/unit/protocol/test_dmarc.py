"""A DMARC record is made anew without losing what its owner set."""

import pytest

from mailcore.protocol import dmarc, dns_records
from mailcore.protocol.verdicts import judge

OURS = "dmarc-x@reports.infra.test"
THEIRS = "v=DMARC1; p=quarantine; pct=50; sp=none; rua=mailto:a@b.test, mailto:c@d.test; adkim=s"


def test_the_owners_tags_stay_and_our_address_is_added_once():
    tags = dmarc.kept(dmarc.read([THEIRS, "v=spf1 -all"]), reports_to=OURS)
    assert tags == "sp=none; pct=50; adkim=s; rua=mailto:a@b.test,mailto:c@d.test"
    value = dmarc.compose(policy="reject", tags=tags, reports_to=OURS)
    assert value == (
        "v=DMARC1; p=reject; sp=none; pct=50; adkim=s;"
        f" rua=mailto:a@b.test,mailto:c@d.test,mailto:{OURS}"
    )
    again = dmarc.kept(dmarc.read([value]), reports_to=OURS)
    assert again == tags
    assert dmarc.with_reports_to([THEIRS], wanted=value) == value.replace("reject", "quarantine")


@pytest.mark.parametrize(
    "values", [[], ["x"], [THEIRS, THEIRS], ["v=DMARC1; p=later"], ["v=DMARC1"]]
)
def test_what_has_no_policy(values):
    assert dmarc.policy_of(dmarc.read(values)) == ""


def test_tags_that_cannot_stand_in_a_record_are_left_out():
    assert dmarc.kept({"pct": "50\x00", "sp": "none"}, reports_to=OURS) == "sp=none"
    assert dmarc.kept({"rua": "mailto:" + "x" * 600}, reports_to=OURS) == ""
    assert dmarc.compose(policy="none", tags="", reports_to="") == "v=DMARC1; p=none"


@pytest.mark.parametrize(
    ("found", "is_chosen", "code"),
    [
        ("v=DMARC1; p=none", False, "dmarc.weaker"),
        ("v=DMARC1; p=reject", False, "dmarc.reports_elsewhere"),
        ("v=DMARC1; p=reject", True, "dmarc.stricter"),
        (f"v=DMARC1; p=quarantine; rua=mailto:{OURS}", True, ""),
    ],
)
def test_a_stricter_record_is_right_until_another_policy_was_chosen(found, is_chosen, code):
    wanted = dns_records.dmarc(
        "a.test",
        policy="quarantine",
        reports_to=OURS,
        tags="rua=mailto:a@b.test",
        is_chosen=is_chosen,
    )
    assert judge(wanted, [found]).code == code
