"""A command is one line, whatever an address holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol import smtp_commands, smtp_data

#: What attacks are made of comes up more often than by chance.
TRICKY = st.lists(
    st.sampled_from([b"\r", b"\n", b".", b"\0", b"\r\n.\r\n", b"\n.\n", b"\r.\r", b"a", b" "]),
    max_size=30,
).map(b"".join)


@given(st.text() | st.text(alphabet='ab@.\r\n\0<>" \\'), st.lists(st.text(), max_size=3))
def test_a_command_is_one_line_or_none(address, parameters):
    try:
        line = smtp_commands.rcpt(address, parameters=parameters)
    except (ValueError, UnicodeError):
        return
    assert line.endswith(b"\r\n")
    assert line.count(b"\r") == line.count(b"\n") == 1
    assert line.startswith(b"RCPT TO:<" + address.encode() + b">")


@pytest.mark.parametrize(
    "address", ["", "a@b.test", '"a b"@c.test', r'"a\"b"@c.test', "jürgen@bücher.test"]
)
def test_honest_addresses_can_be_sent(address):
    assert smtp_commands.is_path(address)


@pytest.mark.parametrize("address", ["a b@c.test", "a@b>", "<a@b", "a\r@b", "a\0@b", "x" * 600])
def test_others_cannot(address):
    assert not smtp_commands.is_path(address)
    with pytest.raises(ValueError, match="cannot stand"):
        smtp_commands.mail(address)


@given(TRICKY | st.binary(max_size=100))
def test_what_leaves_has_one_end_and_only_whole_line_ends(content):
    sent = smtp_data.stuff(smtp_data.normalise(content)) + b".\r\n"
    assert sent.count(b"\r\n") == sent.count(b"\r") == sent.count(b"\n")
    assert b"\0" not in sent
    whole = b"\r\n" + sent
    assert whole.index(b"\r\n.\r\n") == len(whole) - 5, "an end of data before the end"


@given(TRICKY)
def test_a_chunk_says_how_long_it_is(content):
    clean = smtp_data.normalise(content)
    line, _, rest = smtp_commands.bdat(clean).partition(b"\r\n")
    assert line == b"BDAT %d LAST" % len(rest)
    assert rest == clean


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a@bücher.test", "a@xn--bcher-kva.test"),
        ("a@b.test", "a@b.test"),
        ("", ""),
        ("ü@b.test", None),
        ("a@-ü.test", None),
    ],
)
def test_only_a_domain_has_a_form_in_ascii(address, expected):
    assert smtp_commands.in_ascii(address) == expected
