"""What `queue` prints: for people, and as data for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from mailcore.delivery.operating.selectors import is_silent
from mailcore.delivery.operating.services.entries import IN_SESSION, Done
from mailcore.delivery.selectors import PossibleDuplicate, QueueAudit
from mailcore.delivery.shaping.selectors import StoredOverlay

PRIORITIES = ("system", "mailbox", "transactional", "bulk")


def audit_as_data(audit: QueueAudit, duplicates: Sequence[PossibleDuplicate]) -> dict[str, object]:
    """JSON types only."""
    return {
        "ok": audit.is_sound,
        **asdict(audit),
        "possible_duplicates": [{**asdict(d), "id": str(d.id)} for d in duplicates],
    }


def audit_lines(audit: QueueAudit, duplicates: Sequence[PossibleDuplicate]) -> Iterator[str]:
    """The books, then the doubts."""
    states = " + ".join(f"{n} {state}" for state, n in sorted(audit.states.items())) or "0"
    queue = ", ".join(f"{n} {state}" for state, n in sorted(audit.queue.items())) or "empty"
    yield f"accepted   {audit.accepted} = {states} ({audit.received} told by events)"
    if audit.before:
        before = " + ".join(f"{n} {state}" for state, n in sorted(audit.before.items()))
        yield f"before     {sum(audit.before.values())} = {before} (no longer kept)"
    yield f"queue      {queue}; {audit.lost} lost, {audit.stray} stray"
    doubtful = duplicates[0].doubtful if duplicates else 0
    yield f"duplicates {doubtful} possible"
    for duplicate in duplicates:
        yield f"  {duplicate.id} {duplicate.address}: {duplicate.copies} copies possible"
        yield from (f"    {cause}" for cause in duplicate.causes)
    if doubtful > len(duplicates):
        yield f"  … and {doubtful - len(duplicates)} more"


def node_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """One line per shard."""
    for row in rows:
        if is_silent(row["silent"]):
            state = "no process: start a worker of its queue"
        else:
            state = f"runs, heartbeat {row['silent']:.0f} s ago"
        if row["drained_at"]:
            to = f", its rows go to {row['moves_to']}" if row["moves_to"] else ""
            state += f"; drained ({row['drain_reason']}){to}"
        yield f"{row['node']} shard {row['shard']}: {state}"


def overview_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """One line per node, shard, kind of mail and state."""
    if not rows:
        yield "The queue is empty."
    for row in rows:
        held = f" ({row['held_reason']})" if row["held_reason"] else ""
        yield (
            f"{row['recipients']:>8} {PRIORITIES[row['prio']]} {row['state']}{held} at"
            f" {row['node']}/{row['shard']}, the first due {row['due']:%Y-%m-%d %H:%M:%S}"
        )


def entry_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """One line per recipient."""
    if not rows:
        yield "Nothing in the queue is like that."
    for row in rows:
        until = f" until {row['held_until']:%Y-%m-%d %H:%M:%S}" if row["held_until"] else ""
        held = f" ({row['held_reason']}){until}" if row["held_reason"] else ""
        yield (
            f"{row['recipient_id']} <{row['envelope_from']}> to {row['address']}, {row['stream']}:"
            f" {row['state']}{held}, {_tries(row['attempts'])}, due {row['due']:%Y-%m-%d %H:%M:%S},"
            f" expires {row['expires_at']:%Y-%m-%d %H:%M:%S}"
        )


def rest_lines(overlays: Sequence[StoredOverlay]) -> Iterator[str]:
    """Why mail that is due does not go: what servers' replies suspended for a while."""
    for overlay in overlays:
        if overlay.kind == "suspend":
            whose = " ".join(filter(None, (str(overlay.reseller_id or ""), overlay.stream)))
            yield (
                f"at rest until {overlay.until:%Y-%m-%d %H:%M:%S}: {whose or 'everything'} from"
                f" {overlay.source or 'all sources'} to {overlay.target or 'everybody'}:"
                f" {overlay.cause} (livery shaping clear {overlay.id})"
            )


def _tries(count: int) -> str:
    return "1 try" if count == 1 else f"{count} tries"


def done_lines(done: Done, word: str) -> Iterator[str]:
    """What an order did, and what it could not reach."""
    yield f"{done.changed} {word}"
    if done.in_session:
        yield (
            f"{done.in_session} are being sent this moment and cannot be reached:"
            " their outcome comes by itself, ask again after it"
        )
    rest = [f"{n} {state}" for state, n in sorted(done.rest.items()) if state != IN_SESSION]
    if rest:
        yield f"in the queue now: {', '.join(rest)}"
