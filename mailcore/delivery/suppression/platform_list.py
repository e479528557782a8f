"""Addresses that nobody on the platform writes to: kept by the operator, as role operator."""

from datetime import datetime

from django.db import connection, transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.errors import NotFound
from kernel.outbox import audit
from mailcore.delivery.statements import statement
from mailcore.delivery.suppression.entries import Entry, Reason, Scope, Suppression, key_of
from mailcore.delivery.suppression.selectors import COLUMNS
from mailcore.delivery.suppression.services import write

_FIND = statement("find_suppressions")
READ, WRITE = "queue.read", "queue.write"


def find(*, actor: Actor, address: str) -> list[Suppression]:
    """Every entry for an address, of all resellers; raises NotAllowed, InvalidAddress."""
    authorise(actor, READ)
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"address": key_of(address), "now": clock.now()})
        return [Suppression(**dict(zip(COLUMNS, row, strict=True))) for row in cursor.fetchall()]


@transaction.atomic
def forbid(
    *, actor: Actor, address: str, is_law: bool, note: str, until: datetime | None = None
) -> bool:
    """Nobody writes to this address any more; False when it was forbidden as long already.

    A person's mail to it is refused with a notification. Raises NotAllowed, InvalidAddress.
    """
    authorise(actor, WRITE)
    entry = Entry(
        address=key_of(address),
        scope=Scope.GLOBAL,
        reason=Reason.LAW if is_law else Reason.MANUAL,
        note=note,
        until=until,
    )
    added = bool(write([entry]))
    if added:
        _audit("suppression.forbidden", entry.address, actor)
    return added


@transaction.atomic
def allow(*, actor: Actor, address: str) -> None:
    """Lift what `forbid` did; raises NotAllowed, InvalidAddress, NotFound."""
    authorise(actor, WRITE)
    key = key_of(address)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM public.suppression WHERE scope = 'global' AND address = sec.mail_key(%s)",
            [key],
        )
        if not cursor.rowcount:
            raise NotFound("This address is not forbidden.")
    _audit("suppression.allowed", key, actor)


def _audit(action: str, address: str, actor: Actor) -> None:
    audit(action, subject="suppression", actor=actor, data={"address": address})
