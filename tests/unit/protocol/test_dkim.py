"""Our signatures, verified by another implementation (dkimpy)."""

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mailcore.protocol import dkim, dkim_keys

MESSAGE = (
    b"From: Shop  <shop@client.test>\r\nTo: bob@outside.test,\r\n\tann@outside.test\r\n"
    b"Subject:   Hello \t there \r\nDate: Sun, 22 Nov 2026 05:00:00 +0000\r\n"
    b"Message-ID: <1@client.test>\r\nReceived: by one\r\nReceived: by two\r\n\r\n"
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
