"""Reseller keys outside Django: read with psycopg, opened with the master key, kept in memory."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from kernel import crypto, keys
from mailcore.delivery.statements import statement

_KEY = statement("reseller_key")


class KeyMissing(LookupError):
    """A record is sealed with a key that the database does not have."""


class Keyring:
    """Opens records of any reseller; a key never changes, so each is read once."""

    def __init__(self, *, master: bytes) -> None:
        self._master = master
        self._keys: dict[UUID, bytes] = {}

    async def key(self, key_id: UUID, *, connection: AsyncConnection[TupleRow]) -> bytes:
        """The key itself; raises KeyMissing."""
        if key_id not in self._keys:
            cursor = await connection.execute(_KEY, {"key_id": key_id})
            row = await cursor.fetchone()
            if row is None:
                raise KeyMissing(str(key_id))
            self._keys[key_id] = keys.unwrap(
                wrapped=bytes(row[0]), reseller_id=row[1], master=self._master
            )
        return self._keys[key_id]

    def unseal_known(self, sealed: bytes, *, context: bytes) -> bytes | None:
        """The plain bytes without asking the database; None when the key was not read yet."""
        key = self._keys.get(crypto.key_id_of(sealed))
        return crypto.unseal(key=key, sealed=sealed, context=context) if key else None

    async def unseal(
        self, sealed: bytes, *, context: bytes, connection: AsyncConnection[TupleRow]
    ) -> bytes:
        """The plain bytes; raises KeyMissing and crypto.DecryptionFailed."""
        key = await self.key(crypto.key_id_of(sealed), connection=connection)
        return crypto.unseal(key=key, sealed=sealed, context=context)
