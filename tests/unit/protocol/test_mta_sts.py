"""MTA-STS: what is a policy, and which hosts it allows (RFC 8461)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol import mta_sts
from mailcore.protocol.mta_sts import Policy, PolicyInvalid

GOOD = "version: STSv1\r\nmode: enforce\r\nmx: mail.x.test\r\nmx: *.x.net\r\nmax_age: 604800\r\n"


def test_a_policy_is_read():
    assert mta_sts.parse(GOOD) == Policy(
        mode="enforce", hosts=("mail.x.test", "*.x.net"), max_age=604800
    )
    assert mta_sts.parse(GOOD.replace("\r\n", "\n")) == mta_sts.parse(GOOD)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("STSv1", "STSv2"),
        ("version: STSv1\r\n", ""),
        ("mode: enforce", "mode: always"),
        ("max_age: 604800", "max_age: -1"),
        ("max_age: 604800", ""),
        ("mx: mail.x.test\r\nmx: *.x.net\r\n", ""),
        ("*.x.net", "mail.*.net"),
    ],
)
def test_what_is_no_policy_is_refused(old, new):
    with pytest.raises(PolicyInvalid):
        mta_sts.parse(GOOD.replace(old, new))


def test_a_policy_holds_a_year_at_most():
    assert mta_sts.parse(GOOD.replace("604800", "9999999999")).max_age == mta_sts.MAX_AGE


@given(st.text())
def test_any_text_is_a_policy_or_refused(text):
    with contextlib.suppress(PolicyInvalid):
        assert mta_sts.parse(text).max_age >= 0


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("mail.x.test", True),
        ("MAIL.x.test.", True),
        ("a.x.net", True),
        ("x.net", False),
        ("a.b.x.net", False),
        ("mail.x.test.evil.test", False),
    ],
)
def test_a_wildcard_stands_for_one_label(host, expected):
    assert mta_sts.allows(mta_sts.parse(GOOD), host) is expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["v=STSv1; id=20260101T1;"], "20260101T1"),
        (["other", "v=STSv1;id=7"], "7"),
        (["v=STSv1; id=1", "v=STSv1; id=2"], None),
        (["v=STSv1; id=not-alnum"], None),
        (["v=STSv10; id=1"], None),
        (["v=STSv1"], None),
        ([], None),
    ],
)
def test_one_record_announces_a_policy(texts, expected):
    assert mta_sts.record_id(texts) == expected
