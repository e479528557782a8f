"""One database connection of the accept daemon: role delivery, schema-qualified SQL, no ORM."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from kernel.keys import unwrap
from mailcore.delivery.accept.batch import (
    ACCEPT,
    Batch,
    Known,
    addresses_of,
    domain_of,
    questions,
    with_stored_domain,
)
from mailcore.delivery.accept.draft import Draft
from mailcore.delivery.accept.errors import NotAccepted
from mailcore.delivery.accept.submission import Owner, Refusal, Submission
from mailcore.delivery.statements import PLANNED_ONCE

log = logging.getLogger(__name__)

SUBMITTERS = (Path(__file__).parents[1] / "sql" / "submitters.sql").read_text(encoding="utf-8")
_STORED = "SELECT id FROM public.message WHERE id = ANY (%(ids)s)"
_DEADLINE = 30.0
_OPTIONS = f"{PLANNED_ONCE} -c statement_timeout=25s -c application_name=livery-accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Owners by login, what is hosted here, names in which a login may write beside its own, logins
    that a hold keeps from sending, and reasons by reseller and address of no mail at all.
    """

    owners: dict[str, Owner] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    names: set[tuple[str, str]] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    suppressed: dict[tuple[UUID, str], str] = field(default_factory=dict)

    def fault_of(self, draft: Draft) -> NotAccepted | None:
        """Why a draft is not stored at all: no mailbox, or a name that is not its login's."""
        if draft.login not in self.owners:
            return NotAccepted("4.7.1", "This login has no mailbox, or no key yet")
        if domain_of(draft.login) not in self.known.hosted:
            text = "The domain of this mailbox is switched off"
            return NotAccepted("5.7.1", text, code=550)
        if draft.login in self.held:
            text = "Sending is on hold for this mailbox: ask whoever administers it"
            return NotAccepted("5.7.1", text, code=550)
        if not all((draft.login, name) in self.names for name in draft.other_names):
            return NotAccepted("5.7.1", "From header is not yours", code=550)
        return None

    def judged(self, draft: Draft) -> Submission:
        """The draft's submission, refusing those of its recipients that get no mail."""
        submission, reseller = draft.submission, self.owners[draft.login].reseller_id
        for recipient in submission.recipients if self.suppressed else ():
            key = (reseller, with_stored_domain(recipient.address))
            if recipient.refusal is None and key in self.suppressed:
                text = f"This address gets no mail from here: {self.suppressed[key]}"
                refusal = Refusal(code=550, enhanced="5.7.1", text=text)
                submission = submission.refusing(refusal, addresses={recipient.address})
        return submission


class Store:
    """Connects when it is first needed and after a loss; unwrapped keys are kept by their id."""

    def __init__(self, *, dsn: str, master: bytes) -> None:
        self._dsn, self._master = dsn, master
        self._connection: AsyncConnection | None = None
        self._keys: dict[UUID, bytes] = {}

    async def put(self, drafts: Sequence[Draft]) -> dict[int, NotAccepted]:
        """Store what may be stored, all or nothing; the others by their place, with the reason.

        Raises psycopg.OperationalError or TimeoutError when the database is away. After a lost
        connection the rows that had been committed are found by their ids, and the rest is tried
        once more.
        """
        try:
            async with asyncio.timeout(_DEADLINE):
                return await self._attempt(drafts, after_loss=False)
        except (psycopg.OperationalError, TimeoutError) as error:
            log.warning("database connection lost: %s", error)
            await self.close()
        try:
            async with asyncio.timeout(_DEADLINE):
                return await self._attempt(drafts, after_loss=True)
        except (psycopg.OperationalError, TimeoutError):
            await self.close()
            raise

    async def close(self) -> None:
        """Give the connection up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _attempt(
        self, drafts: Sequence[Draft], *, after_loss: bool
    ) -> dict[int, NotAccepted]:
        connection = await self._open()
        stored: set[UUID] = set()
        if after_loss:
            ids = [draft.submission.id for draft in drafts]
            found = await connection.execute(_STORED, {"ids": ids})
            stored = {row[0] for row in await found.fetchall()}
        facts = await self._facts(connection, drafts)
        batch = Batch(facts.known)
        refused: dict[int, NotAccepted] = {}
        for place, draft in enumerate(drafts):
            if draft.submission.id in stored:
                continue
            fault = facts.fault_of(draft)
            if fault is not None:
                refused[place] = fault
            else:
                batch.add(facts.judged(draft), owner=facts.owners[draft.login])
        if len(stored) + len(refused) < len(drafts):
            await connection.execute(ACCEPT, batch.parameters())
        return refused

    async def _facts(self, connection: AsyncConnection, drafts: Sequence[Draft]) -> Facts:
        """In one round trip what has to be known before the batch is made."""
        pairs = [(draft.login, r.address) for draft in drafts for r in draft.submission.recipients]
        asked = {
            "logins": (logins := sorted({draft.login for draft in drafts})),
            **questions({*addresses_of([draft.submission for draft in drafts]), *logins}),
            "writers": [draft.login for draft in drafts for _ in draft.other_names],
            "names": [name for draft in drafts for name in draft.other_names],
            "senders": [login for login, _ in pairs],
            "recipients": [with_stored_domain(address) for _, address in pairs],
        }
        facts = Facts()
        found = await connection.execute(SUBMITTERS, asked)
        for row in await found.fetchall():
            self._note(facts, row)
        return facts

    def _note(self, facts: Facts, row: tuple[Any, ...]) -> None:
        kind, name, told, reseller, organisation, mailbox, key_id, wrapped = row
        match kind:
            case "owner":
                if told is not None:
                    facts.held.add(name)
                facts.owners[name] = Owner(
                    reseller_id=reseller,
                    organisation_id=organisation,
                    mailbox_id=mailbox,
                    key_id=key_id,
                    key=self._key(key_id, wrapped=wrapped, reseller_id=reseller),
                )
            case "writer":
                facts.names.add((told, name))
            case "suppressed":
                facts.suppressed[reseller, name] = told
            case _:
                facts.known.note(name, target=told)

    def _key(self, key_id: UUID, *, wrapped: bytes, reseller_id: UUID) -> bytes:
        if key_id not in self._keys:
            self._keys[key_id] = unwrap(
                wrapped=bytes(wrapped), reseller_id=reseller_id, master=self._master
            )
        return self._keys[key_id]

    async def _open(self) -> AsyncConnection:
        if self._connection is None or self._connection.closed:
            self._connection = await AsyncConnection.connect(
                self._dsn, autocommit=True, prepare_threshold=0, options=_OPTIONS
            )
        return self._connection
