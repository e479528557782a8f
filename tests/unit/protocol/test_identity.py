"""The sender policy's word to acceptance cannot be forged, moved or kept for later."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol import identity

KEY, NOW = b"k" * 32, 1_790_000_000
VALUE = identity.vouch(
    key=KEY, login="anna@shop.test", envelope_from="anna@shop.test", at=NOW, nonce=b"12345678"
)


def _check(
    value: str = VALUE, *, key: bytes = KEY, sender: str = "anna@shop.test", now: int = NOW
) -> str:
    return identity.check(value, key=key, envelope_from=sender, now=now).login


def test_the_login_comes_back() -> None:
    assert _check() == "anna@shop.test"
    assert _check(sender="Anna@SHOP.test") == "anna@shop.test"


@given(st.text(min_size=1, max_size=80))
def test_any_login_survives_the_header(login: str) -> None:
    value = identity.vouch(key=KEY, login=login, envelope_from="", at=NOW, nonce=b"x" * 8)
    assert value.isascii()
    assert "\r" not in value
    assert _check(value, sender="") == login


@given(st.integers(0, len(VALUE) - 1), st.characters(codec="ascii", exclude_categories=("C",)))
def test_a_changed_character_is_refused(place: int, character: str) -> None:
    if VALUE[place] == character:
        return
    with pytest.raises(identity.IdentityRefused):
        _check((VALUE[:place] + character + VALUE[place + 1 :]).strip() + "")


def test_bits_that_mean_nothing_may_not_be_changed() -> None:
    login = VALUE.partition("l=")[2].partition(";")[0]
    for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        if character != login[-1]:
            with pytest.raises(identity.IdentityRefused):
                _check(VALUE.replace(f"l={login};", f"l={login[:-1]}{character};"))


@pytest.mark.parametrize(
    "other",
    [
        {"key": b"x" * 32},
        {"sender": "ben@shop.test"},
        {"sender": ""},
        {"now": NOW + 32 * 86_400},
        {"now": NOW - 3600},
    ],
)
def test_another_key_sender_or_time_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(identity.IdentityRefused):
        _check(**other)
