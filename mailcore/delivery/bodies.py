"""Message bodies out of the queue, opened."""

from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from kernel import crypto
from mailcore.delivery.keyring import Keyring
from mailcore.delivery.statements import statement

_BODY = statement("body")


class BodyMissing(LookupError):
    """The message's body is no longer, or not yet, in the database."""


async def read(
    message_id: UUID, *, connection: AsyncConnection[TupleRow], keyring: Keyring
) -> tuple[bytes, UUID]:
    """The content as it was accepted and the id of the key that seals it; raises BodyMissing."""
    cursor = await connection.execute(_BODY, {"message_id": message_id})
    row = await cursor.fetchone()
    if row is None:
        raise BodyMissing(str(message_id))
    sealed = bytes(row[0])
    plain = await keyring.unseal(sealed, context=message_id.bytes, connection=connection)
    return plain, crypto.key_id_of(sealed)
