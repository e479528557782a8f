"""The milter's frames, as Postfix sends them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol import identity
from mailcore.protocol.submission_milter import MalformedFrame, MilterSession, frame

KEY, NOW, ANNA = b"k" * 32, 1_790_000_000, "anna@shop.test"
CONTINUE = frame(b"c")
OFFER = b"O" + struct.pack("!III", 6, 0x1FF, 0x1FFFFF)


def _session() -> MilterSession:
    session = MilterSession(key=KEY, now=lambda: NOW, nonce=lambda: b"12345678")
    session.receive(OFFER)
    return session


def _send(
    session: MilterSession,
    login: str = ANNA,
    sender: str = ANNA,
    fields: tuple[tuple[str, str], ...] = (("From", ANNA),),
) -> tuple[bytes, bytes]:
    """The answers at the end of the headers and of the message."""
    session.receive(b"DM" + b"{auth_authen}\0" + login.encode() + b"\0{mail_addr}\0x\0")
    assert session.receive(b"M<" + sender.encode() + b">\0SIZE=10\0") == CONTINUE
    for name, value in fields:
        assert session.receive(b"L" + name.encode() + b"\0" + value.encode() + b"\0") == b""
    end = session.receive(b"N")
    return end, (session.receive(b"E") if end == CONTINUE else b"")


def _frames(data: bytes) -> list[bytes]:
    found = []
    while data:
        (length,) = struct.unpack("!I", data[:4])
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    return found


def test_the_body_never_travels() -> None:
    session = MilterSession(key=KEY, now=lambda: NOW, nonce=lambda: b"12345678")
    (answer,) = _frames(session.receive(OFFER))
    version, actions, steps = struct.unpack("!III", answer[1:])
    assert (version, actions) == (6, 0x11)
    assert steps & 0x10
    assert not steps & (0x4 | 0x20 | 0x40), "MAIL, headers and their end have to come"


def test_a_server_that_wants_an_answer_per_header_gets_one() -> None:
    session = MilterSession(key=KEY, now=lambda: NOW, nonce=lambda: b"12345678")
    session.receive(b"O" + struct.pack("!III", 6, 0x1FF, 0x1F))
    session.receive(b"DM{auth_authen}\0x\0")
    assert session.receive(b"LFrom\0a\0") == CONTINUE


def test_own_mail_gets_an_identity_on_top_that_accept_believes() -> None:
    end, message = _send(_session())
    assert end == CONTINUE
    added, last = _frames(message)
    assert last == b"c"
    assert added[:5] == b"i\0\0\0\0"
    name, value, empty = added[5:].split(b"\0")
    assert (name, empty) == (b"X-Livery-Auth", b"")
    assert identity.check(value.decode(), key=KEY, envelope_from=ANNA, now=NOW).login == ANNA


@pytest.mark.parametrize(
    ("given", "reply"),
    [
        ({"login": ""}, b"550 5.7.1 Auth"),
        ({"sender": "ben@shop.test"}, b"550 5.7.1 Envelope"),
        ({"fields": (("From", "ben@shop.test"),)}, b"550 5.7.1 From"),
        ({"fields": (("From", ANNA), ("from", ANNA))}, b"550 5.7.1 Exactly"),
        ({"fields": ()}, b"550 5.7.1 Exactly"),
        ({"fields": (("From", f"{ANNA}, b@x.test"),)}, b"550 5.7.1 From"),
        ({"fields": (("From", ANNA), ("Subject", "a\rFrom: b@x.test"))}, b"550 5.6.0"),
        ({"fields": (("From", ANNA), *((("Received", "x"),) * 101))}, b"550 5.4.6"),
        ({"fields": (("From", ANNA), *((("X", "x"),) * 2000))}, b"552 5.3.4"),
        ({"fields": (("From", ANNA), ("To", "x" * 59_000))}, b"552 5.3.4"),
        ({"fields": (("From", ANNA), *((("To", "x" * 50_000),) * 20))}, b"552 5.3.4"),
    ],
)
def test_what_is_not_the_login_s_is_refused_in_session(
    given: dict[str, object], reply: bytes
) -> None:
    (answer,) = _frames(_send(_session(), **given)[0])
    assert answer[:1] == b"y"
    assert answer[1:].startswith(reply)
    assert answer.endswith(b"\0")


def test_a_long_way_and_a_rich_header_are_no_fault() -> None:
    fields = (("From", ANNA), ("To", "x" * 50_000), *((("Received", "x"),) * 100))
    assert _send(_session(), fields=(*fields, *((("X-Tag", "\xe4"),) * 1800)))[0] == CONTINUE


def test_a_hundred_thousand_header_fields_take_no_memory() -> None:
    session = _session()
    for number in range(100_000):
        session.receive(b"LX-%d\0x\0" % number)
    assert len(session._mail.seen) <= 2000
    assert session.receive(b"N")[5:].startswith(b"552 5.3.4")


def test_folded_headers_are_no_fault() -> None:
    end, _ = _send(_session(), fields=(("From", f"Anna\n <{ANNA}>"), ("Subject", "a\r\n b")))
    assert end == CONTINUE


def test_client_fields_of_our_name_are_taken_away_from_the_last_one_up() -> None:
    fields = (
        ("From", ANNA),
        ("X-Livery-Auth", "v1"),
        ("x-livery-AUTH", "v1"),
        ("X-Livery-Foo", "1"),
    )
    _, message = _send(_session(), fields=fields)
    removed = [(f[5:].rstrip(b"\0").lower(), f[4]) for f in _frames(message) if f[:1] == b"m"]
    assert removed == [(b"x-livery-auth", 2), (b"x-livery-auth", 1), (b"x-livery-foo", 1)]


def test_one_message_s_state_does_not_reach_the_next() -> None:
    session = _session()
    _send(session, fields=(("From", "ben@shop.test"), ("X-Livery-Auth", "x")))
    assert session.receive(b"A") == b""
    end, message = _send(session)
    assert end == CONTINUE
    assert len(_frames(message)) == 2
    session.receive(b"K")
    assert _frames(session.receive(b"N"))[0].startswith(b"y550")


def test_the_null_sender_and_tags_pass() -> None:
    assert _send(_session(), sender="")[0] == CONTINUE
    assert (
        _send(_session(), sender="anna+x@shop.test", fields=(("From", "anna+y@shop.test"),))[0]
        == CONTINUE
    )


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_garbage_ends_the_connection_and_nothing_worse(frames: list[bytes]) -> None:
    session = _session()
    for payload in frames:
        try:
            session.receive(payload)
        except MalformedFrame:
            return


def test_an_old_or_weak_server_is_refused() -> None:
    for offer in (struct.pack("!III", 2, 0x1FF, 0), struct.pack("!III", 6, 0, 0), b"\0\0"):
        with pytest.raises(MalformedFrame):
            _session().receive(b"O" + offer)
