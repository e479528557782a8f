"""What is sealed opens only with its key and for its record."""

import pytest

from kernel import crypto, ids

KEY, KEY_ID = b"k" * 32, ids.uuid7()


def test_sealed_bytes_open_with_the_same_key_and_context():
    sealed = crypto.seal(key=KEY, key_id=KEY_ID, plain=b"secret", context=b"record 1")
    assert b"secret" not in sealed
    assert crypto.key_id_of(sealed) == KEY_ID
    assert crypto.unseal(key=KEY, sealed=sealed, context=b"record 1") == b"secret"


@pytest.mark.parametrize(("key", "context"), [(b"x" * 32, b"record 1"), (KEY, b"record 2")])
def test_a_wrong_key_or_another_record_opens_nothing(key, context):
    sealed = crypto.seal(key=KEY, key_id=KEY_ID, plain=b"secret", context=b"record 1")
    with pytest.raises(crypto.DecryptionFailed):
        crypto.unseal(key=key, sealed=sealed, context=context)


def test_a_changed_byte_is_noticed():
    sealed = bytearray(crypto.seal(key=KEY, key_id=KEY_ID, plain=b"secret", context=b""))
    sealed[-1] ^= 1
    with pytest.raises(crypto.DecryptionFailed):
        crypto.unseal(key=KEY, sealed=bytes(sealed), context=b"")


def test_a_secret_does_not_show_itself():
    assert "hunter2" not in repr(crypto.Secret("hunter2"))
