"""How the outside MX can be told to misbehave: a reply, a delay or a dropped line, per recipient and phase."""

import re
import threading
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

#: `answer` is after the final dot too, when the message is kept already: what is dropped then has arrived.
PHASES = ("connect", "mail", "rcpt", "data", "dot", "answer")
MAX_BEHAVIOURS = 1000
MAX_DELAY = 600.0
_REPLY = re.compile(r"[245][0-9]{2} [\x20-\x7e]{1,400}")


class BehaviourError(ValueError):
    """A behaviour that makes no sense; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What to do to a recipient (pattern with `*`) in one phase; `times` None means until removed.

    The recipient is not known before RCPT: in the phases connect and mail only the pattern `*` fits.
    """

    id: int
    recipient: str
    phase: str
    reply: str | None
    delay: float
    drop: bool
    times: int | None


class Behaviours:
    """The list of behaviours; the newest that fits wins. Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: list[Behaviour] = []
        self._next = 1

    def add(self, raw: dict[str, Any]) -> Behaviour:
        """Check and keep one behaviour as the control API sends it; BehaviourError says what is wrong."""
        with self._lock:
            if len(self._known) >= MAX_BEHAVIOURS:
                raise BehaviourError(f"more than {MAX_BEHAVIOURS} behaviours")
            behaviour = _read(raw, identity=self._next)
            self._next += 1
            self._known.insert(0, behaviour)
            return behaviour

    def clear(self, identity: int | None = None) -> int:
        """Remove one behaviour or all and return how many went."""
        with self._lock:
            kept = [] if identity is None else [b for b in self._known if b.id != identity]
            gone = len(self._known) - len(kept)
            self._known = kept
            return gone

    def take(self, *, phase: str, recipients: list[str]) -> Behaviour | None:
        """Return the newest behaviour that fits and count it as used once."""
        with self._lock:
            for position, behaviour in enumerate(self._known):
                if behaviour.phase == phase and _fits(behaviour.recipient, recipients):
                    self._use(position, behaviour)
                    return behaviour
        return None

    def _use(self, position: int, behaviour: Behaviour) -> None:
        if behaviour.times is None:
            return
        if behaviour.times <= 1:
            del self._known[position]
        else:
            self._known[position] = replace(behaviour, times=behaviour.times - 1)


def _fits(pattern: str, recipients: list[str]) -> bool:
    return pattern == "*" or any(fnmatchcase(one.lower(), pattern) for one in recipients)


def _read(raw: dict[str, Any], *, identity: int) -> Behaviour:
    unknown = set(raw) - {"recipient", "phase", "reply", "delay", "drop", "times"}
    if unknown:
        raise BehaviourError(f"unknown fields: {', '.join(sorted(unknown))}")
    phase, reply = raw.get("phase", "rcpt"), raw.get("reply")
    delay, times, drop = raw.get("delay") or 0, raw.get("times"), raw.get("drop") or False
    if phase not in PHASES:
        raise BehaviourError(f"phase is one of {', '.join(PHASES)}")
    if reply is not None and not (isinstance(reply, str) and _REPLY.fullmatch(reply)):
        raise BehaviourError("reply is a code and a text on one line, as in '451 4.3.0 later'")
    if not isinstance(delay, int | float) or not 0 <= delay <= MAX_DELAY:
        raise BehaviourError(f"delay is between 0 and {MAX_DELAY:g} seconds")
    if times is not None and not (isinstance(times, int) and times > 0):
        raise BehaviourError("times is a whole number above 0, or null")
    if not isinstance(drop, bool):
        raise BehaviourError("drop is true or false")
    return Behaviour(
        id=identity,
        recipient=str(raw.get("recipient") or "*").lower(),
        phase=phase,
        reply=reply,
        delay=float(delay),
        drop=drop,
        times=times,
    )
