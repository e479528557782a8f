"""Text stays readable on and beside any colour a reseller picks."""

from hypothesis import given
from hypothesis import strategies as st

from tenants.resellers.colour import READABLE, WHITE, contrast, palette

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_measured_as_wcag_says():
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@given(colours)
def test_text_on_the_brand_colour_is_readable(colour):
    assert contrast(palette(colour).ink, colour) >= 4


@given(colours)
def test_links_on_white_are_readable(colour):
    assert contrast(palette(colour).strong, WHITE) >= READABLE


@given(colours)
def test_a_colour_that_is_dark_enough_is_not_touched(colour):
    if contrast(colour, WHITE) >= READABLE:
        assert palette(colour).strong == colour
