"""Amounts and codes as a customer reads them."""

from decimal import Decimal

import pytest

from controlplane.templatetags import shown


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [(1234, "EUR", "12.34 EUR"), (5, "EUR", "0.05 EUR"), (1234567, "USD", "12,345.67 USD"),
     (1234, "JPY", "1,234 JPY"), (-250, "EUR", "-2.50 EUR")],
)  # fmt: skip
def test_money_is_shown_in_whole_units(minor, currency, words):
    assert shown.money(minor, currency) == words


@pytest.mark.parametrize(
    ("minor", "words"),
    [("5", "0.05 EUR"), ("0.020000", "0.0002 EUR"), ("120", "1.20 EUR"), ("0.5", "0.005 EUR")],
)
def test_a_unit_price_keeps_the_digits_it_needs(minor, words):
    assert shown.unit_price(Decimal(minor), "EUR") == words


@pytest.mark.parametrize(
    ("value", "words"), [("3.0000", "3"), ("1200", "1,200"), ("0.5000", "0.5"), ("0", "0")]
)
def test_a_count_has_no_idle_zeros(value, words):
    assert shown.quantity(Decimal(value)) == words


@pytest.mark.parametrize("code", ["match", "missing", "conflict", "unknown", "unchecked"])
def test_a_verdict_is_told_in_words_and_not_by_colour_alone(code):
    badge = shown.state_badge(code)
    assert "badge" in badge
    assert code not in badge.lower().replace("missing", "") or code == "missing"
    assert any(letter.isalpha() for letter in badge.rpartition("</span> ")[2])


def test_a_code_nobody_knows_cannot_break_out_of_the_page():
    assert "<b>" not in shown.state_badge("<b>")


def test_a_record_has_a_short_name_for_providers_that_add_the_zone():
    assert shown.within("shop.test", "shop.test") == "@"
    assert shown.within("r1._domainkey.eu.shop.test", "shop.test") == "r1._domainkey.eu"
