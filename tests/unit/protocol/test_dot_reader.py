"""Only <CRLF>.<CRLF> ends a message, however the bytes are cut (SMTP smuggling)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol.dot_reader import DotReader

LIMIT = 10_000
SMUGGLED = [
    b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n\0.\r\n", b"\n\n.\r\n",
    b"\r\n. \r\n", b"\r\r\n.\n", b"\r\n..\r\n",
]  # fmt: skip


def _read(chunks: list[bytes]) -> tuple[bytes | None, bytes]:
    reader, rest = DotReader(limit=LIMIT), b""
    done = False
    for chunk in chunks:
        if done:
            rest += chunk
            continue
        found = reader.feed(chunk)
        if found is not None:
            done, rest = True, found
    return (reader.message() if done else None), rest


def _stuffed(message: bytes) -> bytes:
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]


def _cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@given(
    st.lists(
        st.sampled_from([b"a", b".", b"\r\n", b"\n", b"\r", b"\0", b"MAIL FROM:<x@y>"]), max_size=40
    ),
    st.lists(st.integers(0, 500), max_size=8),
)
def test_a_message_comes_out_as_it_went_in(pieces: list[bytes], places: list[int]) -> None:
    message = b"".join(pieces) + b"\r\n"
    wire = _stuffed(message) + b".\r\nQUIT\r\n"
    assert _read(_cut(wire, places)) == (message, b"QUIT\r\n")


@pytest.mark.parametrize("trick", SMUGGLED)
def test_a_smuggled_end_does_not_end_the_message(trick: bytes) -> None:
    wire = b"one\r\n" + b"x" + trick + b"MAIL FROM:<evil@x>\r\n" + b".\r\n"
    message, rest = _read([wire])
    assert message is not None
    assert b"MAIL FROM:<evil@x>" in message
    assert rest == b""


def test_an_empty_message_ends_at_its_first_line() -> None:
    assert _read([b".\r\n"]) == (b"", b"")


def test_an_endless_line_takes_no_more_memory_than_the_limit() -> None:
    reader = DotReader(limit=LIMIT)
    for _ in range(2000):
        assert reader.feed(b"x" * 1000) is None
        assert len(reader._buffer) <= LIMIT + 1100
    assert reader.too_big
    assert reader.feed(b"\r\n.\r\nNOOP\r\n") == b"NOOP\r\n"
    assert reader.message() == b""


def test_the_limit_itself_is_taken_and_one_byte_more_is_not() -> None:
    for size, too_big in ((LIMIT, False), (LIMIT + 1, True)):
        reader = DotReader(limit=LIMIT)
        assert reader.feed(b"x" * (size - 2) + b"\r\n.\r\n") == b""
        assert reader.too_big is too_big
