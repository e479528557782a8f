"""The sink in SMTP's own words, and what it counts."""

import asyncio

import pytest

from stack.bench.delivery.sink import Ledger, Session

ONE = b"MAIL FROM:<a@b.test>\r\nRCPT TO:<r7@d0.bench.test>\r\nDATA\r\n"


class Line(asyncio.Transport):
    """Keeps what the session says."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        self.said += bytes(data)

    def close(self) -> None:
        """Say that it was closed."""
        self.said += b"(closed)"


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def codes(ledger: Ledger, *pieces: bytes) -> list[bytes]:
    """Give a new session these pieces; the reply codes after the greeting."""
    line, session = Line(), Session(ledger)
    session.connection_made(line)
    for piece in pieces:
        session.data_received(piece)
    return [reply[:3] for reply in line.said.splitlines()[1:]]


def test_a_pipelined_message_is_counted_once_its_dot_is_there(ledger: Ledger) -> None:
    assert codes(ledger, ONE, b"Subject: x\r\n\r\ntext\r\n.\r\n") == [
        b"250",
        b"250",
        b"354",
        b"250",
    ]
    assert set(ledger.arrived) == {7}


@pytest.mark.parametrize("at", range(1, 5))
def test_an_end_that_comes_in_two_pieces_is_one(ledger: Ledger, at: int) -> None:
    end = b"\r\n.\r\n"
    codes(ledger, ONE, b"text" + end[:at], end[at:])
    assert set(ledger.arrived) == {7}


def test_a_second_copy_is_told(ledger: Ledger) -> None:
    codes(ledger, ONE, b"text\r\n.\r\n", ONE, b"text\r\n.\r\n")
    assert (len(ledger.arrived), ledger.copies) == (1, 1)


def test_the_chosen_share_is_put_off_once(ledger: Ledger) -> None:
    ledger.deferrals = 0.3
    first = [number for number in range(1000) if ledger.puts_off(number)]
    assert 250 < len(first) < 350
    assert not any(ledger.puts_off(number) for number in range(1000))


def test_a_transaction_without_recipients_has_no_content(ledger: Ledger) -> None:
    ledger.deferrals = 1
    assert codes(ledger, ONE) == [b"250", b"451", b"554"]


def test_goodbye_closes(ledger: Ledger) -> None:
    assert codes(ledger, b"QUIT\r\n") == [b"221", b"(cl"]
