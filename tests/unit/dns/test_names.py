"""One name has one stored form, however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.dns import names


@pytest.mark.parametrize(
    "text",
    ["münchen.example", "MÜNCHEN.Example.", "xn--mnchen-3ya.example", "mu\u0308nchen。example"],
)
def test_every_spelling_of_a_name_is_stored_alike(text) -> None:
    assert names.normalise(text) == "xn--mnchen-3ya.example"
    assert names.display("xn--mnchen-3ya.example") == "münchen.example"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"), (".", "empty"), ("a..b", "empty"), (".a", "empty"),
        ("192.0.2.1", "ip_address"), ("::1", "ip_address"), ("[::1]", "ip_address"),
        ("10.1", "ip_address"), ("-a.test", "label"), ("a b.test", "label"),
        ("a/b", "label"), ("ab--c.test", "label"), ("x" * 64 + ".test", "label"),
        ("xn--a.test", "idna"), ("\u200d.test", "idna"), ("a." * 126 + "ab", "too_long"),
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused_with_its_reason(text, code) -> None:
    with pytest.raises(names.InvalidName) as caught:
        names.normalise(text)
    assert caught.value.code == code


@given(st.text(max_size=300))
def test_any_text_is_refused_or_ends_in_a_form_that_stays(text) -> None:
    try:
        name = names.normalise(text)
    except names.InvalidName:
        return
    assert names.normalise(name) == name
    assert names.normalise(names.display(name)) == name
    assert name.isascii()
    assert len(name) <= 253
