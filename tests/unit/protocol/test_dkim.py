"""Our signatures, verified by another implementation (dkimpy)."""

import hashlib
import timeit

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from mailcore.protocol import dkim, dkim_keys

MESSAGE = (
    b"From: Shop  <shop@client.test>\r\nTo: bob@outside.test,\r\n\tann@outside.test\r\n"
    b"Subject:   Hello \t there \r\nDate: Sun, 22 Nov 2026 05:00:00 +0000\r\n"
    b"Message-ID: <1@client.test>\r\nReceived: by one\r\nReceived: by two\r\n"
    b"List-Unsubscribe: <https://client.test/u/1>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\n"
    b"Text  with trailing space \r\n\r\n.dot\r\n\r\n\r\n"
)


@pytest.fixture(scope="module")
def pairs():
    return {name: dkim_keys.make(name) for name in (dkim_keys.RSA, dkim_keys.ED25519)}


def _signed(pairs, message=MESSAGE):
    signers = [
        dkim.Signer(domain="client.test", selector=name[:3], key=dkim.load_key(pair.private))
        for name, pair in pairs.items()
    ]
    return dkim.sign(message, signers=signers, timestamp=1_700_000_000)


def _verify(pairs, content, index):
    def txt(name, timeout=5):
        selector = name.decode().split(".")[0]
        (pair,) = [pair for algorithm, pair in pairs.items() if algorithm[:3] == selector]
        return dkim_keys.record_value(algorithm=pair.algorithm, public=pair.public).encode()

    try:
        return dkimpy.DKIM(content).verify(idx=index, dnsfunc=txt)
    except dkimpy.ValidationError:  # how it says that the body was changed
        return False


@pytest.mark.parametrize("index", [0, 1])
def test_both_signatures_verify(pairs, index):
    assert _verify(pairs, _signed(pairs), index)


@pytest.mark.parametrize(
    "message", [b"From: a@client.test\r\n\r\n", b"From: a@client.test\r\n\r\n\r\n\r\n", MESSAGE]
)
def test_messages_with_and_without_a_body_verify(pairs, message):
    content = _signed(pairs, message)
    assert _verify(pairs, content, 0)
    assert _verify(pairs, content, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject:   Hello", b"Subject: Goodbye"),
        (b".dot", b".dots"),
        (b"From: Shop", b"From: evil@client.test\r\nFrom: Shop"),
        (b"\r\nDate:", b"\r\nSubject: a second one\r\nDate:"),
        (b"\r\nDate:", b"\r\nReply-To: evil@client.test\r\nDate:"),
        (b"/u/1>", b"/u/2>"),
        (b"=One-Click", b"=Two-Clicks"),
    ],
)
def test_a_changed_message_or_an_added_header_breaks_them(pairs, old, new):
    content = _signed(pairs).replace(old, new, 1)
    assert not _verify(pairs, content, 0)


def test_a_transfer_that_folds_and_pads_the_header_does_not(pairs):
    content = _signed(pairs).replace(b"Subject:   Hello \t there ", b"subject: Hello\r\n\tthere")
    assert _verify(pairs, content, 0)


def test_lines_stay_below_the_limit_of_mail(pairs):
    assert max(map(len, _signed(pairs).split(b"\r\n"))) <= 78


def test_a_key_of_another_kind_is_refused():
    assert isinstance(dkim.load_key(dkim_keys.make(dkim_keys.ED25519).private), Ed25519PrivateKey)
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(TypeError):
        dkim.load_key(other)


_NAMES = st.sampled_from(
    [
        "Subject",
        "sUBJECT",
        "To",
        "Cc",
        "Received",
        "X-Odd!#$%&'*+-.^_`|~9",
        "References",
        "MIME-Version",
    ]
)
#: Anything but what ends a line, with more blanks and colons than mail has; the verifier takes
#: form feeds and vertical tabs for blanks, which RFC 6376 does not.
_TEXT = st.text(
    st.one_of(st.sampled_from(" \t:;="), st.characters(blacklist_characters="\r\n\0\v\f")),
    max_size=30,
).map(lambda text: text.encode("utf-8", "ignore"))
_FIELD = st.tuples(_NAMES, st.lists(_TEXT, min_size=1, max_size=3)).map(
    lambda field: field[0].encode() + b":" + b"\r\n\t".join(field[1]) + b"\r\n"
)
_BODY = st.lists(st.one_of(_TEXT, st.just(b""), st.just(b"."))).map(
    lambda lines: b"".join(line + b"\r\n" for line in lines)
)


@settings(max_examples=40)  # the verifier is slow, and written in Python alone
@given(head=st.lists(_FIELD, max_size=8), body=_BODY)
def test_odd_headers_and_bodies_verify(pairs, head, body):
    message = b"From: a@client.test\r\n" + b"".join(head) + b"\r\n" + body
    content = _signed(pairs, message)
    assert _verify(pairs, content, 0)
    assert _verify(pairs, content, 1)


@given(lines=st.lists(_TEXT), empty=st.integers(0, 5000))
def test_the_body_hash_is_that_of_the_body_with_one_line_end(lines, empty):
    body = b"\r\n".join(lines).rstrip(b"\r\n")
    expected = hashlib.sha256(body + b"\r\n").digest()
    assert dkim.body_hash(b"From: a@b.test\r\n\r\n" + body + b"\r\n" * empty) == expected


def test_a_hash_made_at_acceptance_gives_the_same_signatures(pairs):
    ready = dkim.body_hash(MESSAGE)
    signers = [
        dkim.Signer(domain="client.test", selector=name[:3], key=dkim.load_key(pair.private))
        for name, pair in pairs.items()
    ]
    content = dkim.sign(MESSAGE, signers=signers, timestamp=1_700_000_000, body_hash=ready)
    assert content == _signed(pairs)


def test_lines_that_are_no_field_change_no_field(pairs):
    message = b"From: a@client.test\r\nno field\r\n of any name\r\n\r\n"
    assert b" b=" in _signed(pairs, message)
    assert dkim.body_hash(message) == dkim.body_hash(b"X: 1\r\n\r\n")


def test_all_but_the_keys_own_work_takes_less_than_half_a_millisecond_for_10_kb():
    message = MESSAGE + b"A line of plain text that is neither short nor long.\r\n" * 190
    # Without a signer nothing is left but parsing, canonicalising and hashing.
    once = min(
        timeit.repeat(lambda: dkim.sign(message, signers=(), timestamp=0), number=20, repeat=20)
    )
    assert len(message) > 10_000
    assert once / 20 < 0.0005
