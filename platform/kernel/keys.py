"""Reseller keys: made on first use, opened with the master key."""

import os
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from kernel import crypto, ids
from kernel.models import ResellerKey


def _master() -> bytes:
    return crypto.master_key(Path(settings.MASTER_KEY_FILE))


def current_key(reseller_id: UUID) -> tuple[UUID, bytes]:
    """The reseller's current key id and key; makes the first one."""
    row = ResellerKey.objects.filter(reseller_id=reseller_id, is_current=True).first()
    if row is None:
        row = _make_key(reseller_id)
    return row.key_id, _unwrap(row)


def open_key(key_id: UUID) -> bytes:
    """A key by its id, for old ciphertexts too; raises ResellerKey.DoesNotExist."""
    return _unwrap(ResellerKey.objects.get(key_id=key_id))


def seal_for(reseller_id: UUID, *, plain: bytes, context: bytes) -> bytes:
    """Encrypt with the reseller's current key."""
    key_id, key = current_key(reseller_id)
    return crypto.seal(key=key, key_id=key_id, plain=plain, context=context)


def unseal_record(sealed: bytes, *, context: bytes) -> bytes:
    """Decrypt what `seal_for` made; raises crypto.DecryptionFailed."""
    return crypto.unseal(key=open_key(crypto.key_id_of(sealed)), sealed=sealed, context=context)


def wrap(*, key_id: UUID, key: bytes, reseller_id: UUID, master: bytes) -> bytes:
    """A reseller key under the master key; also how daemons outside Django check their reading."""
    return crypto.seal(key=master, key_id=key_id, plain=key, context=reseller_id.bytes)


def unwrap(*, wrapped: bytes, reseller_id: UUID, master: bytes) -> bytes:
    """The reseller key out of its wrapped form."""
    return crypto.unseal(key=master, sealed=wrapped, context=reseller_id.bytes)


def _make_key(reseller_id: UUID) -> ResellerKey:
    key_id, key = ids.uuid7(), os.urandom(32)
    wrapped = wrap(key_id=key_id, key=key, reseller_id=reseller_id, master=_master())
    try:
        with transaction.atomic():
            return ResellerKey.objects.create(
                key_id=key_id, reseller_id=reseller_id, wrapped=wrapped
            )
    except IntegrityError:  # somebody else made it at the same moment
        return ResellerKey.objects.get(reseller_id=reseller_id, is_current=True)


def _unwrap(row: ResellerKey) -> bytes:
    return unwrap(wrapped=bytes(row.wrapped), reseller_id=row.reseller_id, master=_master())
