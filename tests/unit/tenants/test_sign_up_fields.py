"""What may stand in a sign-up form."""

import pytest

from tenants.resellers import text
from tenants.resellers.errors import InvalidColour, InvalidEmail, InvalidSlug, SlugReserved


@pytest.mark.parametrize("good", ["acme", "a1b", "north-star-9", "x" * 32])
def test_a_host_label_is_a_good_portal_address(good):
    assert text.clean_slug(f" {good.upper()} ") == good


@pytest.mark.parametrize(
    "bad",
    [
        "", "ab", "x" * 33, "-acme", "acme-", "ac.me", "ac_me", "ac me", "xn--80ak6aa92e",
        "ab--cd", "аcme", "ａcme", "acmé", "acme\n", "acme\x00", "acme/", "١٢٣", "a" * 100_000,
    ],
)  # fmt: skip
def test_look_alikes_and_other_scripts_are_refused(bad):
    if bad == "acme\n":
        assert text.clean_slug(bad) == "acme"  # only the white space around it is forgiven
    else:
        with pytest.raises(InvalidSlug):
            text.clean_slug(bad)


@pytest.mark.parametrize("name", ["www", "webmail", "admin", "api", "Livery", "postmaster"])
def test_names_of_the_platform_are_kept_back(name):
    with pytest.raises(SlugReserved):
        text.clean_slug(name)


def test_an_address_is_stored_in_one_form():
    assert text.clean_email(" Lena@BÜCHER.example ") == "lena@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "bad",
    ["", "lena", "lena@", "@example.org", "a b@example.org", "a@b@example.org", "a@-x.test",
     "lena@example.org\nBcc: x@example.org", "x" * 250 + "@example.org", "x" * 65 + "@example.org",
     '"a b"@example.org', '"\x01\x7f"@example.org', '"\x1b"@example.org', '"a<b>,c"@example.org'],
)  # fmt: skip
def test_what_is_no_address_is_refused(bad):
    with pytest.raises(InvalidEmail):
        text.clean_email(bad)


def test_a_name_loses_control_and_direction_marks():
    assert text.clean_line("  Ac\u202eme\r\n  Mail\x00\u200b ") == "Acme Mail"


@pytest.mark.parametrize(
    "bad", ["", "red", "#fff", "#12345g", "#1234567", "url(x)", "#１２３４５６"]
)
def test_a_colour_is_six_hex_digits(bad):
    with pytest.raises(InvalidColour):
        text.clean_colour(bad)
