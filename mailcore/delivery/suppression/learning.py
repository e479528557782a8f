"""Suppressions out of what happened: a batch reader of mail facts with a cursor of its own."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from psycopg import Cursor
from psycopg.rows import TupleRow

from kernel import clock
from mailcore.delivery import readers
from mailcore.delivery.readers import Batch
from mailcore.delivery.statements import statement
from mailcore.delivery.suppression.entries import Entry, Reason, Scope, comparable
from mailcore.delivery.suppression.services import STREAMS
from mailcore.delivery.suppression.writing import SUPPRESS, parameters
from mailcore.protocol.addresses import InvalidAddress
from mailcore.protocol.reply_classes import Classified, classify

log = logging.getLogger(__name__)

_READ, _STRIKES = statement("read_outcomes"), statement("count_strikes")
READER = "suppression"
#: Somebody else may have the address one day, or a server lied: nothing a bounce taught is for good.
HARD_FOR, FULL_FOR = timedelta(days=180), timedelta(days=14)
STRIKES, STRIKES_WITHIN = 3, timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A mail fact about one recipient, as far as suppression asks."""

    id: UUID
    kind: str
    reseller_id: UUID
    stream: str
    occurred_at: datetime
    data: dict[str, Any]
    address: str


def learn() -> int:
    """Suppress what bounced hard or complained since the last time; events read."""
    # A reseller's own role sees neither other resellers' facts nor writes strikes.
    return readers.follow(READER, _READ, handle=_learn, session=readers.as_delivery)


def forget() -> int:
    """Drop what is over; entries removed."""
    with psycopg.connect(settings.DSN("delivery")) as connection:
        connection.execute(
            "DELETE FROM public.suppression_strike WHERE at < %s", [clock.now() - STRIKES_WITHIN]
        )
        ended = connection.execute("DELETE FROM public.suppression WHERE until < %s", [clock.now()])
        return ended.rowcount


def _learn(batch: Batch) -> None:
    facts = [_fact(row) for row in batch.rows]
    entries = [entry for fact in facts for entry in lessons(fact)]
    entries += _full_too_often(batch.cursor, [fact for fact in facts if _is_full(fact)])
    if entries:
        batch.cursor.execute(SUPPRESS, parameters(entries, now=clock.now()))
        log.info("%d of %d events suppress an address", batch.cursor.rowcount, batch.events)


def lessons(fact: Fact) -> Iterable[Entry]:
    """What one fact teaches at once: nothing, or one entry."""
    try:
        address = comparable(fact.address)
    except InvalidAddress:  # it bounced because it is no address: nobody can write to it anyway
        return
    if fact.kind == "complained":
        # A person's own mail is never kept back: its complaints are only counted.
        if fact.stream in STREAMS:
            yield Entry(
                address=address, scope=Scope.STREAM, reason=Reason.COMPLAINT, stream=fact.stream,
                reseller_id=fact.reseller_id, note=str(fact.data.get("source", "")),
                event_id=fact.id,
            )  # fmt: skip
    elif fact.kind != "expired" and meaning_of(fact).is_of_recipient:
        yield Entry(
            address=address, scope=Scope.RESELLER, reason=Reason.HARD_BOUNCE,
            reseller_id=fact.reseller_id, note=_said(fact), event_id=fact.id,
            until=fact.occurred_at + HARD_FOR,
        )  # fmt: skip


def meaning_of(fact: Fact) -> Classified:
    """What the server meant; of a bounce that came by mail, what its report says."""
    data = fact.data
    if data.get("scope"):  # whoever wrote the fact knew
        return Classified(reason=data["reason"], kind=data["kind"], scope=data["scope"])
    if fact.kind == "bounced_late":
        status, text = str(data.get("status", "")), str(data.get("diagnostic", ""))
        return classify(code=None, enhanced=status, text=text, phase="")
    return classify(
        code=data.get("code"),
        enhanced=data.get("enhanced") or "",
        text=data.get("reply") or "",
        phase=data.get("phase") or "rcpt",
        provider=data.get("provider") or "other",
    )


def _is_full(fact: Fact) -> bool:
    return fact.kind != "complained" and meaning_of(fact).reason == "mailbox-full"


def _full_too_often(cursor: Cursor[TupleRow], facts: Sequence[Fact]) -> list[Entry]:
    if not facts:
        return []
    cursor.execute(_STRIKES, {
        "event_id": [fact.id for fact in facts],
        "reseller_id": [fact.reseller_id for fact in facts],
        "address": [fact.address.lower() for fact in facts],
        "at": [fact.occurred_at for fact in facts],
        "since": clock.now() - STRIKES_WITHIN,
        "enough": STRIKES,
    })  # fmt: skip
    return [
        Entry(
            address=address, scope=Scope.RESELLER, reason=Reason.QUOTA, reseller_id=reseller_id,
            note=f"full {STRIKES} times in {STRIKES_WITHIN.days} days", event_id=event_id,
            until=clock.now() + FULL_FOR,
        )
        for reseller_id, address, event_id in cursor.fetchall()
    ]  # fmt: skip


def _said(fact: Fact) -> str:
    return str(fact.data.get("reply") or fact.data.get("diagnostic") or "")


def _fact(row: Sequence[Any]) -> Fact:
    id_, kind, reseller_id, stream, occurred_at, data, address = row
    return Fact(
        id=id_, kind=kind, reseller_id=reseller_id, stream=stream, occurred_at=occurred_at,
        data=data, address=address,
    )  # fmt: skip
