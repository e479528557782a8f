"""Message bodies out of the queue, opened."""

from collections.abc import Collection
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from kernel import crypto
from mailcore.delivery.keyring import Keyring
from mailcore.delivery.statements import statement

_BODIES = statement("bodies")


class BodyMissing(LookupError):
    """The message's body is no longer, or not yet, in the database."""


async def read_sealed(
    ids: Collection[UUID], *, connection: AsyncConnection[TupleRow]
) -> dict[UUID, bytes]:
    """The bodies as they are stored, by the messages' ids; what is missing is left out."""
    if not ids:
        return {}
    wanted = {"ids": list(ids), "first": min(ids), "last": max(ids)}
    cursor = await connection.execute(_BODIES, wanted, binary=True)
    return {row[0]: bytes(row[1]) for row in await cursor.fetchall()}


async def read(
    message_id: UUID, *, connection: AsyncConnection[TupleRow], keyring: Keyring
) -> tuple[bytes, UUID]:
    """The content as it was accepted and the id of the key that seals it; raises BodyMissing."""
    sealed = (await read_sealed([message_id], connection=connection)).get(message_id)
    if sealed is None:
        raise BodyMissing(str(message_id))
    plain = await keyring.unseal(sealed, context=message_id.bytes, connection=connection)
    return plain, crypto.key_id_of(sealed)
