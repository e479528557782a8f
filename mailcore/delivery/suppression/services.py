"""What a reseller can do to its own suppressions; row security keeps it to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kernel import clock, ids
from kernel.actor import Actor, authorise
from kernel.errors import NotAllowed
from kernel.outbox import audit, publish
from kernel.tenancy import current_reseller_id
from mailcore.delivery.suppression.entries import Entry, Reason, Scope, key_of
from mailcore.delivery.suppression.errors import InvalidAddress, InvalidStream
from mailcore.delivery.suppression.writing import SUPPRESS, parameters

#: Streams that heed a reseller's and a stream's suppressions: a person's own mail is none of them.
STREAMS = frozenset({"transactional", "bulk", "system"})
READ, WRITE = "suppressions.read", "suppressions.write"
MOST_AT_ONCE = 10_000
_MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many addresses are new, how many were there, and the first lines that are none."""

    added: int
    known: int
    invalid: tuple[str, ...]


def add_suppression(
    *, actor: Actor, address: str, stream: str = "", note: str = "", until: datetime | None = None
) -> bool:
    """Send this address nothing more; False when it was suppressed as long already.

    Raises NotAllowed, InvalidAddress, InvalidStream.
    """
    authorise_list(actor, WRITE)
    entry = _entry(address, stream=stream, note=note, until=until)
    with transaction.atomic():
        added = bool(write([entry]))
        if added:
            _tell("suppression.added", actor, entry.address, stream)
    return added


def import_suppressions(*, actor: Actor, lines: Iterable[str], stream: str = "") -> Imported:
    """Add one address per line, at most MOST_AT_ONCE; raises NotAllowed, InvalidStream."""
    authorise_list(actor, WRITE)
    entries, invalid = [], []
    for _, line in zip(range(MOST_AT_ONCE), lines, strict=False):
        if not line.strip():
            continue
        try:
            entries.append(_entry(line, stream=stream, note="imported"))
        except InvalidAddress:
            invalid.append(line.strip()[:200])
    with transaction.atomic():
        added = write(entries)
        if added:
            data: dict[str, object] = {"count": len(added), "stream": stream}
            audit("suppression.imported", subject="suppression", actor=actor, data=data)
    different = len({entry.address for entry in entries})
    return Imported(
        added=len(added), known=different - len(added), invalid=tuple(invalid[:_MOST_SHOWN])
    )


@transaction.atomic
def remove_suppression(*, actor: Actor, suppression_id: UUID) -> str:
    """Send to the address again, which is returned; raises NotAllowed, NotFound (also for others')."""
    authorise_list(actor, WRITE)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.suppression WHERE id = %s AND reseller_id = %s"
            " RETURNING address, stream",
            [suppression_id, current_reseller_id()],
        )
        removed = cursor.fetchone()
    if removed is None:
        raise ids.missing("sup")
    address, stream = removed
    _tell("suppression.removed", actor, address, stream)
    return str(address)


def write(entries: Iterable[Entry]) -> list[str]:
    """Write entries of the current reseller; the addresses that are new or suppressed longer now."""
    found = list(entries)
    if not found:
        return []
    with connection.cursor() as cursor:
        cursor.execute(SUPPRESS, parameters(found, now=clock.now()))
        return [row[1] for row in cursor.fetchall()]


def authorise_list(actor: Actor, action: str) -> None:
    """Raise NotAllowed unless the actor may do READ or WRITE to the whole reseller's list."""
    authorise(actor, action)
    if actor.organisation is not None:
        raise NotAllowed("Suppressions hold for every organisation of the reseller.")


def _entry(address: str, *, stream: str, note: str, until: datetime | None = None) -> Entry:
    if stream and stream not in STREAMS:
        raise InvalidStream(field="stream")
    return Entry(
        address=key_of(address),
        scope=Scope.STREAM if stream else Scope.RESELLER,
        reason=Reason.MANUAL,
        reseller_id=current_reseller_id(),
        stream=stream,
        note=note,
        until=until,
    )


def _tell(what: str, actor: Actor, address: str, stream: str) -> None:
    subject = "suppression"
    data: dict[str, object] = {"address": address, "stream": stream}
    publish(what, subject=subject, actor=actor, data=data)
    audit(what, subject=subject, actor=actor, data=data)
