"""Messages and attempts in memory, messages also as files so that a restart keeps them.

Safe to call from several threads. A message shows in lists once its verdicts are known.
"""

import json
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from stack.outside.records import Attempt, DkimVerdict, DmarcVerdict, Stored, Verdicts

MAX_MESSAGES = 20_000
MAX_ATTEMPTS = 50_000


class Store:
    """Everything the outside MX has seen, newest last, bounded in number."""

    def __init__(self, folder: Path, *, max_messages: int = MAX_MESSAGES) -> None:
        self._folder = folder
        self._max = max_messages
        self._lock = threading.Lock()
        self._messages: OrderedDict[int, Stored] = OrderedDict()
        self._attempts: deque[Attempt] = deque(maxlen=MAX_ATTEMPTS)
        self._next = 1
        folder.mkdir(parents=True, exist_ok=True)
        for message in _load(folder):
            self._messages[message.id] = message
            self._next = message.id + 1

    def add(self, draft: Stored) -> Stored:
        """Keep a message under the next id, on disk before in memory, and return it."""
        with self._lock:
            message = replace(draft, id=self._next)
            self._next += 1
        self._write(message)
        with self._lock:
            self._messages[message.id] = message
            while len(self._messages) > self._max:
                oldest, _ = self._messages.popitem(last=False)
                _file(self._folder, oldest).unlink(missing_ok=True)
        return message

    def judge(self, identity: int, verdicts: Verdicts) -> None:
        """Add the verdicts of a message that is kept; nothing happens when it is gone already."""
        with self._lock:
            message = self._messages.get(identity)
            if message is None:
                return
            message = replace(message, verdicts=verdicts)
            self._messages[identity] = message
        self._write(message)

    def unjudged(self) -> list[Stored]:
        """Return the messages without verdicts: what a restart has to look at again."""
        with self._lock:
            return [m for m in self._messages.values() if m.verdicts is None]

    def messages(self, *, recipient: str | None, after: int, limit: int) -> list[Stored]:
        """Return judged messages with a greater id, oldest first; RECIPIENT is compared without case.

        The list ends before the first message that is still being judged, so that a reader who goes on
        after the last id it saw misses none.
        """
        wanted = recipient.lower() if recipient else None
        with self._lock:
            known = list(self._messages.values())
        fitting = (
            m for m in known if m.id > after and (wanted is None or m.recipient.lower() == wanted)
        )
        judged = takewhile(lambda message: message.verdicts is not None, fitting)
        return list(islice(judged, limit))

    def note(self, draft: Attempt) -> None:
        """Keep one attempt under the next id."""
        with self._lock:
            identity = self._attempts[-1].id + 1 if self._attempts else 1
            self._attempts.append(replace(draft, id=identity))

    def attempts(self, *, recipient: str | None, after: int, limit: int) -> list[Attempt]:
        """Return attempts with a greater id, oldest first."""
        wanted = recipient.lower() if recipient else None
        with self._lock:
            known = list(self._attempts)
        fitting = [a for a in known if a.id > after and wanted in (None, a.recipient.lower())]
        return fitting[:limit]

    def _write(self, message: Stored) -> None:
        target = _file(self._folder, message.id)
        draft = target.with_suffix(".new")
        draft.write_text(json.dumps(message.as_json()))
        draft.replace(target)


def _file(folder: Path, identity: int) -> Path:
    return folder / f"{identity:09d}.json"


def _load(folder: Path) -> Iterator[Stored]:
    for path in sorted(folder.glob("*.json")):
        yield _from_json(json.loads(path.read_text()))


def _from_json(raw: dict[str, Any]) -> Stored:
    verdicts = None
    if "spf" in raw:
        verdicts = Verdicts(
            spf=raw["spf"],
            dkim=tuple(DkimVerdict(**one) for one in raw["dkim"]),
            dmarc=DmarcVerdict(**raw["dmarc"]),
        )
    names = ("id", "recipient", "sender", "client", "helo", "tls", "received_at")
    return Stored(
        **{name: raw[name] for name in names},
        raw=raw["raw"].encode("latin-1"),
        verdicts=verdicts,
    )
