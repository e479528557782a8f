"""Hold, release, cancel or hasten queued recipients.

Each works in slices, one transaction each with its audit rows, so that a million rows block nobody
and an order that is cut off can be given again. A row that is being sent is never touched.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from kernel import clock
from kernel.actor import Actor, authorise
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.outbox import audit
from mailcore.delivery.operating.selection import Selection
from mailcore.delivery.statements import statement

_SELECT, _COUNT = statement("select_entries"), statement("count_entries")
_SETTLED = statement("count_settled")
_HOLD, _RELEASE = statement("hold_entries"), statement("release_entries")
_RETRY, _CANCEL = statement("retry_entries"), statement("cancel_entries")
RIGHT = "queue.write"
SLICE = 2000
MOST_REASON = 200
#: What is being sent now, in the counts of the rest.
IN_SESSION = "in session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How many recipients an order changed, and where the others are that it is about.

    `rest`: queue state → how many; `in session` are being sent, their outcome comes by itself.
    """

    changed: int
    rest: Mapping[str, int]

    @property
    def in_session(self) -> int:
        """How many could not be reached because they are being sent."""
        return self.rest.get(IN_SESSION, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """An action as its statement: which states it changes, and with which values."""

    action: str
    statement: str
    states: Sequence[str]
    values: Mapping[str, Any]
    due_after: datetime | None = None


def hold(*, actor: Actor, selection: Selection, reason: str, until: datetime | None = None) -> Done:
    """Keep recipients from being tried, until an instant or an order; they expire all the same.

    Raises NotAllowed, InvalidInput, NotFound, Conflict (settled already).
    """
    if until is not None and until <= clock.now():
        raise InvalidInput("The end of a hold lies in the future.", field="until")
    values = {"reason": _reason(reason), "until": until, "actor": _name(actor)}
    states = ("ready", "leased")
    order = _Order(action="queue.held", statement=_HOLD, states=states, values=values)
    return _carry_out(order, actor=actor, selection=selection)


def release(*, actor: Actor, selection: Selection) -> Done:
    """End holds of any reason; raises NotAllowed, InvalidInput, NotFound, Conflict."""
    order = _Order(action="queue.released", statement=_RELEASE, states=("held",), values={})
    return _carry_out(order, actor=actor, selection=selection)


def retry_now(*, actor: Actor, selection: Selection) -> Done:
    """Make waiting retries due; raises NotAllowed, InvalidInput, NotFound, Conflict."""
    now = clock.now()
    order = _Order(
        action="queue.retried",
        statement=_RETRY,
        states=("ready",),
        values={"now": now},
        due_after=now,
    )
    return _carry_out(order, actor=actor, selection=selection)


def cancel(*, actor: Actor, selection: Selection, reason: str) -> Done:
    """Give recipients up for good, with an event each; who sent them gets no notification.

    Raises NotAllowed, InvalidInput, NotFound, Conflict (settled otherwise).
    """
    values = {"reason": _reason(reason), "now": clock.now(), "actor": _name(actor)}
    states = ("ready", "held", "leased")
    order = _Order(action="queue.cancelled", statement=_CANCEL, states=states, values=values)
    return _carry_out(order, actor=actor, selection=selection)


def _carry_out(order: _Order, *, actor: Actor, selection: Selection) -> Done:
    authorise(actor, RIGHT)
    chosen = selection.parameters()
    changed: Counter[UUID] = Counter()
    after = UUID(int=0)
    while ids := _slice(order, actor=actor, selection=selection, after=after, changed=changed):
        after = ids[-1]
    rest = _counts(_COUNT, chosen)
    done = Done(changed=changed.total(), rest=rest)
    if not done.changed and not rest:
        _explain(order, selection)
    return done


@transaction.atomic
def _slice(
    order: _Order,
    *,
    actor: Actor,
    selection: Selection,
    after: UUID,
    changed: Counter[UUID],
) -> list[UUID]:
    """Change the next rows after an id; the ids of those that were looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SELECT,
            {
                **selection.parameters(),
                "after": after,
                "states": list(order.states),
                "due_after": order.due_after,
                "limit": SLICE,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return []
        cursor.execute(order.statement, {"ids": ids, **order.values})
        by_reseller = dict(cursor.fetchall())
    for reseller_id, count in by_reseller.items():
        audit(
            order.action,
            subject="queue",
            actor=actor,
            data={**selection.as_data(), **_told(order), "recipients": count},
            reseller_id=reseller_id,
        )
    changed.update(by_reseller)
    return ids


def _told(order: _Order) -> dict[str, str]:
    return {name: str(order.values[name]) for name in ("reason", "until") if order.values.get(name)}


def _counts(query: str, parameters: Mapping[str, Any]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return dict(cursor.fetchall())


def _explain(order: _Order, selection: Selection) -> None:
    """Say why nothing was found; silent when it is just what was asked for."""
    if not selection.is_exact:
        raise NotFound("Nothing in the queue is like that.")
    chosen = selection.parameters()
    settled = _counts(_SETTLED, {key: chosen[key] for key in ("recipient", "message", "header")})
    if not settled:
        raise NotFound("No message and no recipient has this id.")
    if order.action == "queue.cancelled" and set(settled) == {"cancelled"}:
        return
    told = ", ".join(f"{count} {status}" for status, count in settled.items())
    raise Conflict(f"Nothing of it is in the queue: {told}.", **settled)


def _reason(reason: str) -> str:
    clean = " ".join(reason.split())
    if not clean or len(clean) > MOST_REASON:
        raise InvalidInput(f"A reason has 1 to {MOST_REASON} characters.", field="reason")
    return clean


def _name(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"
