"""Header fields are found and joined without a byte of the others changing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol import headers
from mailcore.protocol.line_ends import clean

MESSAGE = b"A: 1\r\nB: two\r\n lines\r\nA: 3\r\n\r\nbody\r\nC: no\r\n"


def test_fields_and_body_are_told_apart() -> None:
    fields, rest = headers.split(MESSAGE)
    assert [field.name for field in fields] == ["a", "b", "a"]
    assert headers.values_of(fields, "B") == ["two lines"]
    assert rest == b"\r\nbody\r\nC: no\r\n"


@given(
    st.lists(
        st.sampled_from(
            [b"A: 1\r\n", b" x\r\n", b"\tx\r\n", b"\r\n", b"no field\r\n", b":\r\n", b"\xc3: 1\r\n"]
        )
    )
)
def test_nothing_is_lost(lines: list[bytes]) -> None:
    fields, rest = headers.split(b"".join(lines))
    again = headers.join(fields, rest)
    # An empty line may have been put in, at the end of a header that had none.
    assert again.replace(b"\r\n", b"") == b"".join(lines).replace(b"\r\n", b"")
    assert headers.split(again)[0] == fields


def test_a_new_field_cannot_bring_others() -> None:
    with pytest.raises(ValueError, match="line end"):
        headers.make("X", "a\r\nBcc: b")


def test_line_ends_become_crlf_and_nul_goes() -> None:
    assert (
        clean(b"A: 1\nB: 2\n\nbo\rdy\n.\n\r\n\0.\r\n")
        == b"A: 1\r\nB: 2\r\n\r\nbo\r\ndy\r\n.\r\n\r\n.\r\n"
    )


def test_a_bare_cr_makes_no_new_header_field() -> None:
    fields, _ = headers.split(clean(b"Subject: x\rFrom: evil@x.test\r\nTo: b@y.test\r\n\r\nx\r\n"))
    assert [field.name for field in fields] == ["subject", "to"]


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b".", b"\0", b": "])))
def test_after_cleaning_no_bare_line_end_is_left(pieces: list[bytes]) -> None:
    cleaned = clean(b"".join(pieces))
    assert cleaned.count(b"\r") == cleaned.count(b"\n") == cleaned.count(b"\r\n")
    assert b"\0" not in cleaned
    assert clean(cleaned) == cleaned
