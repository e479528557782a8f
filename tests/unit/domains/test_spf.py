"""SPF: one record, merged, never a second one."""

import pytest

from mailcore.protocol import spf


@pytest.mark.parametrize(
    ("record", "merged"),
    [
        ("v=spf1 -all", "v=spf1 include:our.test -all"),
        ("v=spf1 a mx ~all", "v=spf1 include:our.test a mx ~all"),
        ("v=spf1 include:our.test -all", "v=spf1 include:our.test -all"),
        # Ours behind `all` is never reached: it moves to the front.
        ("v=spf1 -all include:our.test", "v=spf1 include:our.test -all"),
        ("v=spf1 redirect=_spf.a.test", "v=spf1 include:our.test redirect=_spf.a.test"),
    ],
)
def test_our_servers_are_merged_into_the_record(record, merged) -> None:
    assert spf.merge(record, "our.test") == merged
    assert spf.authorises(merged, "our.test")
    assert spf.merge(merged, "our.test") == merged


def test_only_terms_that_ask_dns_are_counted() -> None:
    record = "v=spf1 a mx:x.test ip4:192.0.2.0/24 ip6:::1 include:b ~exists:c ptr redirect=d all"
    assert [one.kind for one in spf.lookups(record)] == ["a", "mx", "include", "exists", "ptr"]
    assert [one.kind for one in spf.lookups("v=spf1 redirect=d a")] == ["a", "redirect"]


def test_several_records_become_one_that_lets_send_whom_they_let() -> None:
    records = ["v=spf1 a include:our.test -all", "v=spf1 MX a include:x.test ~all ip4:192.0.2.1"]
    assert spf.united(records) == "v=spf1 a include:our.test MX include:x.test ~all"


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("redirect=a.test", "redirect=b.test", "include:a.test include:b.test"),
        ("Redirect=a.test", "a -all", "include:a.test a -all"),
        ("redirect=a.test", "include:A.test ~all", "include:a.test ~all"),
        ("redirect=a.test", "all", "include:a.test +all"),
        ("redirect=a.test -all", "mx -all", "mx -all"),  # beside an `all` none is followed (§6.1)
        ("a -all", "mx ?all", "a mx ?all"),
        ("a -all", "mx ~all", "a mx ~all"),
        ("a ~all", "mx ?all", "a mx ?all"),
        ("a exp=x.test -all", "mx EXP=y.test -all", "a mx -all"),
        # What is told twice is one record, and keeps what only one can have.
        ("a redirect=a.test exp=x.test", "a redirect=a.test exp=x.test", None),
    ],
)
def test_no_sender_is_lost_when_two_records_become_one(first, second, one) -> None:
    assert spf.united([f"v=spf1 {first}", f"v=spf1 {second}"]) == f"v=spf1 {one or first}"


def test_what_breaks_a_record_goes_alone() -> None:
    record = "v=spf1 a ?include:gone.test. include:kept.test redirect=gone.test"
    assert spf.without(record, "gone.test") == "v=spf1 a include:kept.test"
