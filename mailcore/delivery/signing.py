"""DKIM keys of the sending domains, read as the one role that may, and kept for a while."""

import time
from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from kernel.tenancy import OPERATOR_RESELLER
from mailcore.delivery.keyring import Keyring
from mailcore.delivery.statements import statement
from mailcore.protocol import dkim

_KEYS = statement("signing_keys")
#: Seconds until a domain's keys are read again: so long a rotation may take to be seen.
FRESH = 60.0

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


class NoSigningKey(LookupError):
    """The From domain has no active key: its mail waits, it never leaves unsigned."""


class SigningKeys:
    """The active keys of a domain; both kinds sign, so that any verifier finds one it knows."""

    def __init__(self, pool: Pool, *, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring
        self._signers: dict[tuple[str, UUID, bool], tuple[float, Sequence[dkim.Signer]]] = {}

    async def signers(
        self, domain: str, *, reseller_id: UUID, is_system: bool
    ) -> Sequence[dkim.Signer]:
        """At least one; raises NoSigningKey.

        A reseller signs with its own domains' keys only; system mail also with the platform's.
        """
        known = (domain, reseller_id, is_system)
        read_at, signers = self._signers.get(known, (0.0, ()))
        if not signers or time.monotonic() - read_at > FRESH:
            owners = [reseller_id, *([OPERATOR_RESELLER] if is_system else [])]
            signers = await self._read(domain, owners)
            self._signers[known] = (time.monotonic(), signers)
        if not signers:
            raise NoSigningKey(f"{domain} has no active DKIM key")
        return signers

    async def _read(self, domain: str, owners: Sequence[UUID]) -> Sequence[dkim.Signer]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_KEYS, {"domain": domain, "owners": list(owners)})
            signers = []
            for public_id, _, selector, sealed in await cursor.fetchall():
                plain = await self._keyring.unseal(
                    bytes(sealed), context=public_id.bytes, connection=connection
                )
                key = dkim.load_key(plain)
                signers.append(dkim.Signer(domain=domain, selector=selector, key=key))
        return signers
