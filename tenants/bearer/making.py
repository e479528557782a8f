"""A key's beginning, its new secret and its end: what services of each kind have in common."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from kernel import clock, ids
from kernel.crypto import Secret
from kernel.errors import InvalidInput
from tenants.bearer import key_secrets
from tenants.bearer.errors import KeyRevoked
from tenants.bearer.models import KeyRow
from tenants.bearer.networks import read_networks

OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
_Key = TypeVar("_Key", bound=KeyRow)


def fresh(
    kind: type[_Key],
    *,
    name: str,
    scopes: Iterable[str],
    networks: Iterable[str],
    expires_at: datetime | None,
) -> tuple[_Key, Secret]:
    """A key that is not stored yet, and its secret; raises InvalidInput, InvalidNetwork."""
    now, prefix = clock.now(), key_secrets.new_prefix()
    if expires_at is not None and expires_at <= now:
        raise InvalidInput("The end lies in the past.", field="expires_at")
    secret = key_secrets.new_secret(prefix, mark=kind.MARK)
    key = kind(
        public_id=ids.uuid7(),
        name=name,
        prefix=prefix,
        secret_hash=key_secrets.hash_of(secret),
        scopes=sorted(scopes),
        networks=read_networks(networks),
        expires_at=expires_at,
        created_at=now,
    )
    return key, secret


def require_overlap(overlap: timedelta) -> None:
    """Raise InvalidInput for an overlap that is too long, or none."""
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput("The old secret stays good for 0 to 168 hours.", field="overlap_hours")


def renew(key: KeyRow, *, overlap: timedelta) -> Secret:
    """Give a locked key a new secret and store it; the old one is good for `overlap` more.

    Raises KeyRevoked.
    """
    if key.revoked_at is not None:
        raise KeyRevoked
    secret = key_secrets.new_secret(key.prefix, mark=key.MARK)
    key.previous_hash, key.previous_until = key.secret_hash, clock.now() + overlap
    key.secret_hash = key_secrets.hash_of(secret)
    key.save(update_fields=["secret_hash", "previous_hash", "previous_until"])
    return secret


def end(key: KeyRow) -> bool:
    """Revoke a locked key; whether it was not yet."""
    if key.revoked_at is not None:
        return False
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])
    return True
