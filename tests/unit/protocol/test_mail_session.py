"""The server's side of the dialogue in LMTP (RFC 2033) and ESMTP."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailcore.protocol.mail_dialects import ESMTP, LMTP, Answer, Dialect
from mailcore.protocol.mail_session import Limits, MailSession, Transaction

OK = Answer(code=250, enhanced="2.0.0", text="Ok")
NO = Answer(code=550, enhanced="5.1.1", text="Nobody")
ENVELOPE = (
    b"LHLO me\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nRCPT TO:<c@y.test>\r\nDATA\r\n"
)


def _talk(
    data: bytes, session: MailSession | None = None, dialect: Dialect = LMTP
) -> tuple[list[bytes], list[Transaction]]:
    """Everything is sent at once; each recipient of a message is answered with 250."""
    session = session or MailSession(
        host="h.test", limits=Limits(size=1000, recipients=3), dialect=dialect
    )
    session.receive(data)
    out, transactions = b"", []
    while (event := session.next_event()) is not None:
        if isinstance(event, Transaction):
            transactions.append(event)
            out += session.finish([OK] * len(event.recipients))
        else:
            out += event
    return out.splitlines(keepends=True), transactions


def _codes(lines: list[bytes]) -> list[int]:
    return [int(line[:3]) for line in lines if line[3:4] == b" "]


def test_lhlo_offers_what_postfix_uses() -> None:
    lines, _ = _talk(b"LHLO me\r\n")
    words = {line[4:].strip() for line in lines}
    assert {
        b"PIPELINING",
        b"ENHANCEDSTATUSCODES",
        b"8BITMIME",
        b"SMTPUTF8",
        b"DSN",
        b"SIZE 1000",
    } <= words


def test_each_recipient_gets_its_own_answer_after_the_dot() -> None:
    lines, (transaction,) = _talk(ENVELOPE + b"Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n")
    assert _codes(lines) == [250, 250, 250, 250, 354, 250, 250, 221]
    assert [r.address for r in transaction.recipients] == ["b@y.test", "c@y.test"]
    assert transaction.message == b"Subject: x\r\n\r\n.dot\r\n"


def test_dsn_parameters_are_kept_as_given() -> None:
    wire = (
        b"LHLO me\r\nMAIL FROM:<a@x.test> SIZE=10 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb\r\n"
        b"RCPT TO:<b@y.test> NOTIFY=success,failure ORCPT=rfc822;B@y.test\r\nDATA\r\nx\r\n.\r\n"
    )
    _, (transaction,) = _talk(wire)
    assert (transaction.mail.ret, transaction.mail.envid, transaction.mail.is_smtputf8) == (
        "HDRS",
        "a+2Bb",
        True,
    )
    (recipient,) = transaction.recipients
    assert (recipient.notify, recipient.orcpt) == ("SUCCESS,FAILURE", "rfc822;B@y.test")


def test_malformed_parameters_are_refused() -> None:
    for argument in (
        b"FROM:a@x", b"FROM:<a@x> SIZE=x", b"FROM:<a@x> FOO=1", b"FROM:<a@x> RET=ALL", b"FROM:<a@x> ENVID=a b",
        b"FROM:<a@x> SIZE=1 SIZE=2", b"FROM:<\xc3\xa9@x>", b"FROM:<a@x\x01>", b"FROM:<a>", b"FROM:<a@x> BODY=BINARYMIME",
        b"FROM:<a@x> ENVID=a+2b", b"FROM:<" + b"a" * 600 + b"@x>",
    ):  # fmt: skip
        lines, _ = _talk(b"LHLO me\r\nMAIL " + argument + b"\r\n")
        assert _codes(lines)[-1] >= 500, argument


def test_esmtp_gives_one_answer_to_a_message() -> None:
    wire = ENVELOPE.replace(b"LHLO", b"EHLO") + b"x\r\n.\r\nNOOP\r\n"
    lines, (transaction,) = _talk(wire, dialect=ESMTP)
    assert _codes(lines) == [250, 250, 250, 250, 354, 250, 250]
    assert len(transaction.recipients) == 2
    assert MailSession(host="h", limits=Limits(), dialect=ESMTP).greeting() == b"220 h ESMTP\r\n"


def test_each_protocol_has_its_own_greeting_and_word_for_too_big() -> None:
    assert _codes(_talk(b"LHLO me\r\nEHLO me\r\nMAIL FROM:<>\r\n", dialect=ESMTP)[0]) == [
        500,
        250,
        250,
    ]
    big = ENVELOPE.replace(b"LHLO", b"EHLO") + b"x" * 2000 + b"\r\n.\r\nNOOP\r\n"
    assert _codes(_talk(big, dialect=ESMTP)[0])[-2:] == [552, 250]
    assert _codes(_talk(b"EHLO me\r\nMAIL FROM:<> SIZE=1001\r\n", dialect=ESMTP)[0])[-1] == 552


def test_what_a_client_claims_of_the_author_is_read_and_not_believed() -> None:
    wire = b"EHLO me\r\nMAIL FROM:<a@x.test> AUTH=b@x.test\r\nRCPT TO:<b@y.test>\r\nDATA\r\n.\r\n"
    _, (transaction,) = _talk(wire, dialect=ESMTP)
    assert transaction.mail.sender == "a@x.test"


def test_idle_quotes_around_a_local_part_go() -> None:
    spellings = {
        b'"ben"@y.test': "ben@y.test", b'"b\\en"@y.test': "ben@y.test", b'"b en"@y.test': '"b en"@y.test',
        b'"b..n"@y.test': '"b..n"@y.test', b"b..n@y.test": "b..n@y.test", b'"b@c"@y.test': '"b@c"@y.test',
    }  # fmt: skip
    for spelling, address in spellings.items():
        wire = b"LHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<" + spelling + b">\r\nDATA\r\n.\r\n"
        _, (transaction,) = _talk(wire)
        assert transaction.recipients[0].address == address


def test_quoted_local_parts_and_source_routes_are_read() -> None:
    _, (transaction,) = _talk(
        b'LHLO me\r\nMAIL FROM:<"a > b"@x.test>\r\nRCPT TO:<@r.test,@s.test:c@y.test>\r\nDATA\r\n.\r\n'
    )
    assert transaction.mail.sender == '"a > b"@x.test'
    assert transaction.recipients[0].address == "c@y.test"


def test_one_recipient_too_many_is_put_off_and_the_others_stay() -> None:
    more = b"RCPT TO:<d@y.test>\r\nRCPT TO:<e@y.test>\r\nDATA\r\n.\r\n"
    lines, (transaction,) = _talk(ENVELOPE.removesuffix(b"DATA\r\n") + more)
    assert _codes(lines) == [250, 250, 250, 250, 250, 452, 354, 250, 250, 250]
    assert len(transaction.recipients) == 3


def test_a_message_that_is_too_big_is_answered_4xx_for_each_recipient() -> None:
    lines, transactions = _talk(ENVELOPE + b"x" * 2000 + b"\r\n.\r\nNOOP\r\n")
    assert _codes(lines)[-3:] == [452, 452, 250]
    assert transactions == []
    assert _codes(_talk(b"LHLO me\r\nMAIL FROM:<> SIZE=1001\r\n")[0])[-1] == 452


def test_commands_out_of_order_are_refused() -> None:
    assert _codes(_talk(b"MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\nEHLO x\r\n")[0]) == [
        503,
        503,
        503,
        500,
    ]


def test_a_recipient_can_be_refused_before_the_message() -> None:
    session = MailSession(
        host="h", limits=Limits(), refusal_of=lambda address: NO if address == "b@y.test" else None
    )
    lines, (transaction,) = _talk(ENVELOPE + b"x\r\n.\r\n", session)
    assert _codes(lines) == [250, 250, 550, 250, 354, 250]
    assert [r.address for r in transaction.recipients] == ["c@y.test"]


def test_nothing_is_read_on_while_a_message_waits_for_its_answer() -> None:
    session = MailSession(host="h", limits=Limits())
    session.receive(ENVELOPE + b"x\r\n.\r\nNOOP\r\n")
    events = [session.next_event() for _ in range(7)]
    assert isinstance(events[5], Transaction)
    assert events[6] is None
    assert session.finish([OK, OK]).count(b"250 ") == 2
    assert session.next_event() == b"250 2.0.0 Ok\r\n"


def test_an_endless_command_line_takes_no_memory_and_is_answered_once() -> None:
    session = MailSession(host="h", limits=Limits())
    for _ in range(200):
        session.receive(b"x" * 10_000)
        assert session.next_event() is None
        assert len(session._buffer) < 5000
    session.receive(b"\r\nNOOP\r\n")
    assert session.next_event() == b"500 5.5.2 Line not understood\r\n"
    assert session.next_event() == b"250 2.0.0 Ok\r\n"


def test_bare_line_ends_make_no_commands() -> None:
    lines, _ = _talk(b"LHLO me\r\nNOOP\nMAIL FROM:<a@b>\r\nNOOP\rQUIT\r\n")
    assert _codes(lines) == [250, 500, 500]


def test_a_peer_that_only_errs_is_sent_away() -> None:
    lines, _ = _talk(b"WHAT\r\n" * 40)
    assert _codes(lines) == [500] * 20 + [421]


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=6))
@pytest.mark.parametrize("dialect", [LMTP, ESMTP], ids=lambda one: one.name)
def test_no_bytes_whatsoever_break_the_server(
    dialect: Dialect, noise: bytes, places: list[int]
) -> None:
    session = MailSession(host="h", limits=Limits(size=1000, recipients=3), dialect=dialect)
    edges = [0, *sorted(place % (len(noise) + 1) for place in places), len(noise)]
    for start, end in itertools.pairwise(edges):
        _talk(noise[start:end], session)
    _talk(ENVELOPE.replace(b"LHLO", dialect.hello.encode()) + noise, session)


@given(st.lists(st.integers(0, 120), max_size=10))
def test_how_the_bytes_are_cut_does_not_matter(places: list[int]) -> None:
    wire = ENVELOPE + b"Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n"
    session = MailSession(host="h.test", limits=Limits(size=1000, recipients=3))
    edges = [0, *sorted(place % len(wire) for place in places), len(wire)]
    lines: list[bytes] = []
    for start, end in itertools.pairwise(edges):
        lines += _talk(wire[start:end], session)[0]
    assert _codes(lines) == [250, 250, 250, 250, 354, 250, 250, 221]


def test_requiretls_is_taken_only_where_it_is_offered() -> None:
    wire = b"LHLO me\r\nMAIL FROM:<a@x.test> REQUIRETLS\r\nRCPT TO:<b@y.test>\r\nDATA\r\nx\r\n.\r\n"
    session = MailSession(host="h", limits=Limits(), offers_requiretls=True)
    lines, (transaction,) = _talk(wire, session)
    assert b"250-REQUIRETLS\r\n" in lines
    assert transaction.mail.requires_tls
    assert _codes(_talk(wire)[0])[:3] == [250, 555, 503]
    argument = wire.replace(b"REQUIRETLS", b"REQUIRETLS=1")
    session = MailSession(host="h", limits=Limits(), offers_requiretls=True)
    assert _codes(_talk(argument, session)[0])[1] == 501


def test_of_ten_thousand_recipients_the_first_thousand_are_taken() -> None:
    session = MailSession(host="h", limits=Limits())
    rcpt = b"".join(b"RCPT TO:<u%d@y.test>\r\n" % n for n in range(10_000))
    wire = b"LHLO me\r\nMAIL FROM:<a@x.test>\r\n" + rcpt + b"DATA\r\nx\r\n.\r\n"
    lines, (transaction,) = _talk(wire, session)
    codes = _codes(lines)[2:10_002]
    assert codes == [250] * 1000 + [452] * 9000
    assert len(transaction.recipients) == 1000
