"""A logo that somebody uploads can draw, and do nothing else."""

import pytest

from tenants.resellers.errors import InvalidLogo
from tenants.resellers.logo import MAX_BYTES, PNG_TYPE, SVG_TYPE, read_logo

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
CIRCLE = '<circle cx="4" cy="4" r="3" fill="#e00"/>'


def rebuilt(inside: str) -> str:
    return read_logo(SVG.format(inside).encode()).content.decode()


def png(width: int = 10, height: int = 10) -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR"
    return head + width.to_bytes(4) + height.to_bytes(4) + b"\x08\x06\0\0\0" + b"\0" * 24


def test_a_plain_picture_keeps_its_shapes():
    assert '<circle cx="4" cy="4" r="3" fill="#e00"></circle>' in rebuilt(CIRCLE)
    assert read_logo(SVG.format(CIRCLE).encode()).media_type == SVG_TYPE


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)"><circle r="1"/></a>',
        "<style>@import url(//elsewhere.test)</style>",
        '<image href="https://elsewhere.test/pixel.png"/>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">x</body></foreignObject>',
        '<use href="https://elsewhere.test/#a"/>',
        '<rect onclick="alert(1)" width="1"/>',
        '<rect fill="url(https://elsewhere.test/#a)" width="1"/>',
        '<rect style="background:url(https://elsewhere.test)" width="1"/>',
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<svg:script xmlns:svg="http://www.w3.org/2000/svg">alert(1)</svg:script>',
        '<g><script><circle r="1"/></script></g>',
    ],
)
def test_whatever_runs_or_loads_is_left_out(bad):
    picture = rebuilt(CIRCLE + bad).lower()
    for word in ("script", "alert", "elsewhere", "onclick", "style", "foreign", "<image", "<use"):
        assert word not in picture


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<html></html>",
        SVG.format("").encode(),
        SVG.format(CIRCLE).encode()[:-3],
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG.format("<text>&a;</text>").encode(),
        SVG.format("<g>" * 60 + "</g>" * 60).encode(),
        SVG.format("<g/>" * MAX_BYTES).encode(),
        png(width=0),
        png(height=100_000),
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a" + b"\0" * 50,
        "﻿\udcff".encode("utf-8", "surrogatepass"),
    ],
)
def test_a_picture_that_cannot_be_shown_safely_is_refused(content):
    with pytest.raises(InvalidLogo):
        read_logo(content)


def test_a_small_png_is_kept_as_it_is():
    assert read_logo(png()).content == png()
    assert read_logo(png()).media_type == PNG_TYPE
