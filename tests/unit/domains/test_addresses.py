"""Addresses are stored in one form, and a mailbox's own name is a plain one."""

import pytest

from mailcore.protocol import addresses


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Anna@Shop.Test", "anna@shop.test"),
        (" anna@shöp.test. ", "anna@xn--shp-tna.test"),
        ('"anna"@shop.test', "anna@shop.test"),
        ("anna+tag@shop.test", "anna+tag@shop.test"),
    ],
)
def test_an_address_is_stored_in_one_form(text, stored) -> None:
    assert addresses.normalise(text) == stored
    assert addresses.normalise(stored) == stored


@pytest.mark.parametrize(
    "text", ["", "anna", "@shop.test", "anna@", "a b@shop.test", "a..b@shop.test", "x" * 65 + "@a.b",
             "anna@[192.0.2.1]", "anna@a..b", '"a b"@shop.test', "a\0@shop.test"]
)  # fmt: skip
def test_what_is_no_address_is_refused(text) -> None:
    with pytest.raises(addresses.InvalidAddress):
        addresses.normalise(text)
