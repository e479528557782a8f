"""DKIM keys of the sending domains, read as the one role that may, and kept for a while."""

import time
from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from kernel.tenancy import OPERATOR_RESELLER
from mailcore.delivery.keyring import Keyring
from mailcore.delivery.statements import statement
from mailcore.protocol import dkim

_KEYS = statement("signing_keys")
#: Seconds until it is asked again which keys sign: so long a switch may take to reach an engine.
FRESH = 2.0

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]
_Signers = Mapping[UUID, dkim.Signer]


class NoSigningKey(LookupError):
    """The From domain has no active key: its mail waits, it never leaves unsigned."""


class SigningKeys:
    """The active keys of a domain; both kinds sign, so that any verifier finds one it knows."""

    def __init__(self, pool: Pool, *, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring
        self._signers: dict[tuple[str, UUID, bool], tuple[float, _Signers]] = {}

    async def signers(
        self, domain: str, *, reseller_id: UUID, is_system: bool
    ) -> Sequence[dkim.Signer]:
        """At least one; raises NoSigningKey.

        A reseller signs with its own domains' keys only; system mail also with the platform's.
        """
        known = (domain, reseller_id, is_system)
        read_at, signers = self._signers.get(known, (0.0, {}))
        if not signers or time.monotonic() - read_at > FRESH:
            # One asks; whoever comes meanwhile takes what was true a moment ago.
            self._signers[known] = (time.monotonic(), signers)
            owners = [reseller_id, *([OPERATOR_RESELLER] if is_system else [])]
            signers = await self._read(domain, owners, signers)
            self._signers[known] = (time.monotonic(), signers)
        if not signers:
            raise NoSigningKey(f"{domain} has no active DKIM key")
        return tuple(signers.values())

    async def _read(self, domain: str, owners: Sequence[UUID], known: _Signers) -> _Signers:
        """A key never changes: only those that are new are read and opened, the others go."""
        wanted = {"domain": domain, "owners": list(owners), "known": list(known)}
        signers: dict[UUID, dkim.Signer] = {}
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_KEYS, wanted)
            for public_id, selector, sealed in await cursor.fetchall():
                signers[public_id] = known.get(public_id) or dkim.Signer(
                    domain=domain,
                    selector=selector,
                    key=await self._open(public_id, sealed, connection),
                )
        return signers

    async def _open(
        self, public_id: UUID, sealed: bytes, connection: AsyncConnection[TupleRow]
    ) -> dkim.PrivateKey:
        plain = await self._keyring.unseal(
            bytes(sealed), context=public_id.bytes, connection=connection
        )
        return dkim.load_key(plain)
