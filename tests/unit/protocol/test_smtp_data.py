"""What goes over the wire after DATA cannot end a message early."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol import smtp_data


def test_a_dot_at_the_start_of_a_line_is_doubled():
    assert smtp_data.stuff(b".a\r\n..b\r\nc.\r\n") == b"..a\r\n...b\r\nc.\r\n"


@pytest.mark.parametrize("ending", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r.\r\n"])
def test_no_variant_of_the_end_mark_survives(ending):
    sent = smtp_data.stuff(smtp_data.normalise(b"first" + ending + b"MAIL FROM:<evil@x>\r\n"))
    assert b"\r\n.\r\n" not in sent
    assert b"\n" not in sent.replace(b"\r\n", b"")


@given(st.binary(max_size=200))
def test_stuffing_can_be_undone_and_never_shows_an_end(content):
    clean = smtp_data.normalise(content)
    lines = smtp_data.stuff(clean).split(b"\r\n")
    assert b"." not in lines
    assert b"\r\n".join(line.removeprefix(b".") for line in lines) == clean
