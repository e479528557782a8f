"""The node's journal: what a killed process had sent, and had heard, before it could store it.

A line is written before each final dot and after each answer (foundations 22). It survives
kill -9, not the machine; other nodes wait for leases instead.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from mailcore.delivery.jobs import Claimed
from mailcore.delivery.outcomes import Try
from mailcore.delivery.smtp.envelope import Answer

log = logging.getLogger(__name__)

Key = tuple[UUID, int]
#: Bytes after which the file is written anew when nothing, or little, is open.
COMPACT_AT = 1 << 20
_OF_AN_ANSWER = tuple(field.name for field in fields(Answer))


class Journal:
    """Open entries of one shard; each write is in the kernel when the method returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._entries: dict[Key, str] = dict(_read(path))
        self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self._size = os.fstat(self._file).st_size

    def sending(self, recipients: Iterable[Claimed]) -> None:
        """Their content is complete on the other side with the next write; raises OSError."""
        self._append({(c.recipient_id, c.lease_seq): {} for c in recipients})

    def answered(self, tries: Iterable[Try]) -> None:
        """What was answered, until it is stored; raises OSError."""
        self._append({(t.claimed.recipient_id, t.claimed.lease_seq): _pack(t) for t in tries})

    def stored(self, recipients: Iterable[Claimed]) -> None:
        """Their results are committed: nothing of them is open any more."""
        for claimed in recipients:
            self._entries.pop((claimed.recipient_id, claimed.lease_seq), None)
        if self._size > COMPACT_AT and len(self._entries) < 1000:
            self._rewrite()

    def was_sent(self, claimed: Claimed) -> bool:
        """Whether the final dot of this lease may have gone out."""
        return (claimed.recipient_id, claimed.lease_seq) in self._entries

    def answer_of(self, claimed: Claimed) -> Try | None:
        """The try that ended before the process did, when its answer was heard."""
        line = self._entries.get((claimed.recipient_id, claimed.lease_seq))
        data = json.loads(line) if line else {}
        try:
            return _unpack(claimed, data) if "answer" in data else None
        except (KeyError, TypeError, ValueError):
            log.exception("an answer in the journal cannot be read: %s", line)
            return None

    def keep_only(self, recipients: Iterable[Claimed]) -> None:
        """Forget everything else, and with it a last line that was cut off."""
        keys = {(claimed.recipient_id, claimed.lease_seq) for claimed in recipients}
        self._entries = {key: line for key, line in self._entries.items() if key in keys}
        self._rewrite()

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _append(self, entries: dict[Key, dict[str, object]]) -> None:
        lines = {key: _line(key, data) for key, data in entries.items()}
        blob = "".join(lines.values()).encode()
        if blob:
            os.write(self._file, blob)
            self._size += len(blob)
            self._entries.update(lines)

    def _rewrite(self) -> None:
        fresh = self._path.with_suffix(".new")
        blob = "".join(self._entries.values()).encode()
        with fresh.open("wb") as file:
            file.write(blob)
        fresh.replace(self._path)
        os.close(self._file)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        self._size = len(blob)


@contextmanager
def only_process(path: Path) -> Iterator[bool]:
    """True when no other process of this node has the shard; the lock dies with its process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _line(key: Key, data: dict[str, object]) -> str:
    return json.dumps({"recipient": str(key[0]), "sequence": key[1], **data}) + "\n"


def _read(path: Path) -> Iterator[tuple[Key, str]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
        try:
            data = json.loads(line)
            yield (UUID(data["recipient"]), int(data["sequence"])), line.rstrip("\n") + "\n"
        except (ValueError, KeyError, TypeError):
            continue  # the last line of a process that was killed while it wrote


def _pack(tried: Try) -> dict[str, object]:
    return {
        # `asdict` copies deeply, for sixty times as long: an answer holds nothing but values.
        "answer": {name: getattr(tried.answer, name) for name in _OF_AN_ANSWER},
        "started_at": tried.started_at.isoformat(),
        "ended_at": tried.ended_at.isoformat(),
        "attempt_id": str(tried.attempt_id),
        "event_id": str(tried.event_id),
    }


def _unpack(claimed: Claimed, data: dict[str, Any]) -> Try:
    return Try(
        claimed=claimed,
        answer=Answer(**data["answer"]),
        started_at=datetime.fromisoformat(data["started_at"]),
        ended_at=datetime.fromisoformat(data["ended_at"]),
        attempt_id=UUID(data["attempt_id"]),
        event_id=UUID(data["event_id"]),
    )
