"""Lines that are longer than SMTP carries are broken before they are signed."""

import pytest

from mailcore.protocol import line_ends


def lines(message):
    return line_ends.clean(message).split(b"\r\n")


@pytest.mark.parametrize("before", [b"", b"Subject: x\r\n\r\n", b"y\r\n" * 400])
def test_lines_that_fit_stay(before):
    message = before + b"x" * 998 + b"\r\n" + b"z" * 998 + b"\r\n"
    assert line_ends.clean(message) is not None
    assert line_ends.clean(message) == message


@pytest.mark.parametrize("length", [999, 1000, 1001, 1995, 1996, 5000, 200_000])
@pytest.mark.parametrize("before", [b"", b"Subject: x\r\n\r\n", b"y\r\n" * 400])
@pytest.mark.parametrize("after", [b"", b"\r\n", b"\r\nend\r\n"])
def test_a_longer_one_is_broken_as_postfix_breaks_it(before, length, after):
    whole = b"x" * length
    found = lines(before + whole + after)
    assert max(map(len, found)) == 998
    assert b"".join(line.lstrip(b" ") for line in found if line.strip(b" ").strip(b"x") == b"") == (
        whole
    )
    assert line_ends.clean(b"\r\n".join(found)) == b"\r\n".join(found), "once is enough"


def test_no_character_is_cut():
    found = lines("ü".encode() * 700 + b"\r\n" + "x€😀".encode() * 300)
    assert all(line.decode() for line in found if line)
    assert max(map(len, found)) <= 998


def test_bytes_that_are_no_characters_are_broken_too():
    assert max(map(len, lines(b"\x80" * 5000))) == 998


def test_a_long_header_line_is_folded():
    first, second, *_ = lines(b"X-Long: " + b"y" * 1500 + b"\r\n\r\nbody\r\n")
    assert first.startswith(b"X-Long: y")
    assert second.startswith(b" y")
